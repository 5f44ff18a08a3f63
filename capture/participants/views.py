"""The list of participants as a status matrix, and the page of one participant."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.timezone import now

from capture.casebook.fields import today
from capture.casebook.forms.reasons import NotDoneForm, ReasonForm
from capture.conduct import panel, signing
from capture.entry.services import not_done
from capture.entry.views import saving
from capture.expedited import listing
from capture.grading.episodes import open_episodes
from capture.participants import band, sections, selectors, study_weeks
from capture.participants.entry_lists import entry_lists
from capture.participants.matrix import Row, Step
from trial import protocol
from trial.drawing.form_layout import SHOW, Boxes, FilterForm, PageHelper, posted
from trial.models import Participant
from trial.protocol import schedule
from trial.record import access, site_clock
from trial.record.typed_fields import choice, words
from trial.rules.dates.partial_date import shown
from trial.runtime.database.at_once import at_once

FILTERS = ("site", "group", "state", "typed")
STATES = (("", "All"), ("due", "Due or overdue"), ("overdue", "Overdue"), ("screening", "In screening"),
          ("failed", "Screen failure"))  # fmt: skip


class ParticipantsFilter(FilterForm):
    """Which participants the matrix shows; a page that holds all of them is filtered while it is typed."""

    site = choice("Site", ("", "All your sites"))
    group = choice("Group", ("", "All"))
    state = choice("Status")
    typed = words("Filter", 40, type="search", placeholder="NET-012, NORTH …")
    helper = PageHelper(Boxes("site", "group", "state"), SHOW, Boxes("typed", css_class="ms-auto"))


@access.allows(*access.READS_RECORD)
def matrix(request: HttpRequest) -> HttpResponse:
    """Rows are participants, columns their forms, each with its status; filters `site`, `group`, `state`, `typed`."""
    site, group, state, typed = (request.GET.get(name, "").replace("\0", "") for name in FILTERS)
    page = request.GET.get("page", "1")
    today_at = site_clock.today_by_site()
    found = selectors.matrix(request.user, today_at, site, group, state, typed, _page(page))
    if request.GET.get("find") and found.in_all == 1:
        return redirect("capture:participant", found.rows[0].participant.reference)
    shown = {
        "matrix": found,
        "marks": panel.marks([row.participant for row in found.rows]),
        "weeks": (weeks := study_weeks.study_weeks(found.rows, today_at)),
        "rows": _with_next(found.rows, weeks),
        "signs": study_weeks.SIGNS,
        "filter_form": _filter_form(request, found.pages == 1),
        "filters": urlencode({"site": site, "group": group, "state": state, "typed": typed}),
        "reads_trail": request.user.role in access.READS_TRAIL,
        "may_enter": access.may_enter(request.user),
    }
    return render(request, "capture/participants/participants.html", shown)


@dataclass(frozen=True)
class Line:
    """A row of the matrix: what is next (None: nothing is due), how it stands in words, the signature, the weeks."""

    row: Row
    next: Step | None
    standing: str
    signature: signing.Mark
    weeks: Sequence[study_weeks.WeekCell]


def _with_next(rows: Sequence[Row], weeks: study_weeks.StudyWeeks) -> list[Line]:
    signed = signing.marks([row.participant for row in rows])
    clocks: dict[int, list[listing.Line]] = {row.participant.pk: [] for row in rows}
    for line in listing.lines([row.participant for row in rows], now(), listing.OPEN):
        clocks[line.of.participant.pk].append(line)
    return [
        Line(row, next(iter(row.next_steps(clocks[row.participant.pk])), None),
             row.screening or next(reversed(band.standing(row)), ""), signed[row.participant.pk],
             weeks.cells(row.participant.pk))
        for row in rows
    ]  # fmt: skip


def _filter_form(request: HttpRequest, is_whole: bool) -> ParticipantsFilter:
    form = ParticipantsFilter(
        {name: request.GET.get(name, "") for name in FILTERS}, state=STATES,
        site=[(site.code, str(site)) for site in access.sites_read_by(request.user)],
        group=[(group.code, f"{group.code}: {group.name}") for group in protocol.GROUPS],
    )  # fmt: skip
    if is_whole:
        form.fields["typed"].widget.attrs["data-filter-rows"] = "#matrix"
    return form


def _page(text: str) -> int:
    """A page's number; the first for anything else."""
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@access.allows(*access.READS_RECORD)
def participant(request: HttpRequest, reference: str) -> HttpResponse:
    """The band, the next steps, what can be added, and one section of the page (`section`)."""
    participant = access.participant_for(request.user, reference)
    row = selectors.rows_of([participant], lambda _: today())[0]
    decided = {name: getattr(participant, name).order_by("id") for name in ("findings", "waivers", "screen_failures")}
    decided["site_transfers"] = participant.site_transfers.standing().select_related("from_site", "to_site")
    held = band.asked(participant)
    at_once(*decided.values(), *held)
    clocks = listing.of_participant(participant, now())
    of = sections.Opened(participant, row, entry_lists(participant), clocks, open_episodes([participant]), decided,
                         today())  # fmt: skip
    section = sections.section(request.GET.get("section", ""), participant)
    found = [f"{each.get_kind_display()} on {shown(each.found_on)}" for each in decided["findings"]
             if not each.is_struck_out]  # fmt: skip
    asks = section is sections.OVERVIEW
    page = {
        "participant": participant, "row": row, "band": band.band(participant, row, found, *held), "clocks": clocks,
        "next_steps": row.next_steps(clocks)[:4], "entry_lists": of.lists, "section": section,
        "tabs": sections.tabs(of, section), "screening": sections.screening(participant, decided) if asks else None,
        "may_enter": access.may_enter(request.user), "may_decide": request.user.role in access.DECIDES,
        "reads_trail": request.user.role in access.READS_TRAIL, **section.reads(of),
    }  # fmt: skip
    return render(request, "capture/participants/participant.html", page)


@access.allows(*access.ENTERS)
def not_done_view(request: HttpRequest, reference: str) -> HttpResponse:
    """Each `what` names a visit, assessment or measurement as the schedule does; all get one reason."""
    participant = access.participant_for(request.user, reference)
    dues = _dues_or_404(participant, request.GET.getlist("what"))
    named = ", ".join(due.what for due in dues)
    form = NotDoneForm(posted(request))
    return saving.one_form(
        request, participant, form,
        lambda save: not_done.record_not_done(
            save, participant, dues, form.cleaned_data["reason"], form.cleaned_data["because"]),
        f"{named} {'is' if len(dues) == 1 else 'are'} marked as not done.", title=f"Not done: {named}", button="Save",
        row=slugify(dues[0].what),
    )  # fmt: skip


@access.allows(*access.ENTERS)
def revoke_not_done_view(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """It was done after all, or is still to be done."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.not_done.standing(), pk=row_id)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)), lambda save: not_done.revoke_not_done(save, row),
        f"{row.what} is due again. “Not done” is struck out and stays in the audit trail.",
        title=f"Strike out “Not done” of {row.what}",
        button="Take it back",
        row=slugify(row.what),
    )  # fmt: skip


def _dues_or_404(participant: Participant, whats: Sequence[str]) -> list[schedule.Due]:
    """The things of the schedule that are meant, while each is open and nobody has said a word on it."""
    row = selectors.rows_of([participant], lambda _: today())[0]
    found = {cell.due.what: cell.due for cell in row.every if cell and cell.may_be_left_out}
    if not whats or not set(whats) <= set(found):
        raise Http404("No item of this name is due.")
    return [found[what] for what in dict.fromkeys(whats)]
