"""What a page does with a save: it happened, or these words say why it did not, and nothing typed is lost.

A page of the record goes through `answer`: it shows its forms, and on a save checks first whether somebody else saved
meanwhile, then the fields, then the edit checks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.forms import BaseForm, BoundField, CheckboxInput, Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from capture.casebook import history, registry
from capture.casebook.forms.reasons import ReasonForm
from capture.entry import edit_conflict
from capture.entry.edit_conflict import EditedMeanwhile
from capture.entry.views import place
from trial.drawing.form_layout import PageHelper
from trial.models import Assessment, Participant, Query
from trial.record import access, system_queries
from trial.record.rows import note, once, read_anew, standing
from trial.record.save import Save, of_request
from trial.record.typed_fields import words
from trial.refused import Refused, reasons_against
from trial.rules.typed_text import key, unseen
from trial.runtime.database.at_once import at_once

ACKNOWLEDGES = "acknowledge_"
FIRST_ANSWER = "First answer: nothing was entered before"
# Of `trial.protocol.REASONS_FOR_CHANGE`.
ANSWERS_A_QUERY = "query_answer"
UNIQUE_VIOLATION = "23505"
AT_THE_SAME_MOMENT = (
    "Another user saved the same entry at the same time. Nothing was saved. Check the participant's page before you "
    "save again."
)


class SecondLookForm(Form):
    """Asks a reason for each soft check that failed; given: check id → the reason so far, said where it is refused."""

    helper = PageHelper()

    def __init__(self, checks: Sequence[registry.Check], given: Mapping[str, str]) -> None:
        super().__init__({f"{ACKNOWLEDGES}{check.id}": given.get(check.id, "") for check in checks})
        for check in checks:
            field = words(check.words, 300, placeholder="Reason the value is correct")
            field.beside = f"{check.id} · {check.source}"  # type: ignore[attr-defined]
            self.fields[f"{ACKNOWLEDGES}{check.id}"] = field
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True


@dataclass(frozen=True)
class Problem:
    """A reason in the summary of errors; anchor: id of the field that it concerns, empty for the form as a whole."""

    words: str
    anchor: str = ""

    def __str__(self) -> str:
        return self.words


def problems(forms: Sequence[BaseForm], refused: Refused) -> tuple[Problem, ...]:
    """The reasons for the summary; each that concerns fields of these forms is said beside them too.

    A check that names rows is said at each of them and leads to the first; other words at the first that has the field.
    """
    at = {check.words: check.at for check in refused.failures} if isinstance(refused, registry.ChecksFailed) else {}
    # All are found before any is said: a form with an error no longer tells its row.
    found = [(reason, _concerned(forms, refused.beside.get(reason, ("", ""))[0], at.get(reason)))
             for reason in refused.reasons]  # fmt: skip
    return tuple(_problem(reason, boxes, refused.beside.get(reason, ("", ""))[1]) for reason, boxes in found)


def _concerned(forms: Sequence[BaseForm], field: str, rows: Sequence[Any] | None) -> list[BoundField]:
    having = [each for each in forms if field in each.fields and not each[field].is_hidden]
    if rows is None:
        return [each[field] for each in having[:1]]
    return [each[field] for each in having if any(_is_row(each, row) for row in rows)]


def _is_row(form: BaseForm, row: Any) -> bool:
    """Whether the form is this row of a grid: what was typed there, or the lesion of this id, left empty."""
    if not hasattr(form, "cleaned_data"):
        return False
    lesion = getattr(getattr(form, "lesion", None), "pk", form.cleaned_data.get("lesion_id"))
    return row == lesion if isinstance(row, int) else hasattr(form, "typed") and form.typed() == row


def _problem(reason: str, boxes: Sequence[BoundField], words: str) -> Problem:
    for box in boxes:
        box.form.add_error(box.name, words)
    return Problem(reason, boxes[0].auto_id) if boxes else Problem(reason)


@dataclass(frozen=True)
class Refusal:
    """Why a save did not happen; `context` goes to the page, `status` to the browser."""

    reasons: tuple[Problem, ...] = ()
    second_look: SecondLookForm | None = None
    meanwhile: list[history.Entry] = field(default_factory=list)

    @property
    def status(self) -> int:
        """409 when somebody else saved meanwhile, else 422."""
        return 409 if self.meanwhile else 422

    @property
    def context(self) -> dict[str, Any]:
        """For the templates `_reasons.html`, `_second_look.html` and `_meanwhile.html`."""
        return {"reasons": self.reasons, "second_look": self.second_look, "meanwhile": self.meanwhile}


def headed(heading: str, kind: str, strike_out_url: str | None, history_kind: str = "") -> dict[str, Any]:
    """What the head of a form's page shows. kind: of the form; history_kind: of its history, where that is another.

    strike_out_url: where a saved entry is struck out; empty for a new one and where it cannot be.
    """
    return {"heading": heading, "kind": kind, "history_kind": history_kind or kind, "strike_out_url": strike_out_url}


def of_assessment(row: Assessment | None, kind: str) -> dict[str, Any]:
    """The head of an assessment's page; kind: `baseline` or `follow_up_scan`."""
    heading = "Baseline assessment" if kind == "baseline" else "Follow-up assessment"
    address = row and reverse("capture:assessment_strike_out", args=[row.participant.reference, row.pk])
    return headed(heading, kind, address, "assessment")


@dataclass(frozen=True)
class Sheet:
    """The forms of a page, filled from the record or bound to what was typed.

    forms: those whose fields are on record; reason: why it is corrected, None for a first entry; shown: for the
    template; unchecked: forms that need not be valid, such as the periods of a cycle taken as planned; preset: the
    reason that its button brings, where none is typed.
    """

    forms: Sequence[BaseForm]
    reason: ReasonForm | None
    shown: Mapping[str, Any]
    unchecked: Sequence[BaseForm] = ()
    preset: str = ""

    @property
    def is_valid(self) -> bool:
        """Every form is asked, so that every error is shown at once."""
        asked = [*self.forms, *([self.reason] if self.reason else [])]
        answers = [each.is_valid() for each in asked if each not in self.unchecked]
        return all(answers)


def save_of(request: HttpRequest, reason: str = "", opened_at: int | None = None) -> Save:
    """What the person at the page of an entry saves. opened_at: where the page was asked for it already."""
    opened_at = (_opened_at(request) or 0) if opened_at is None else opened_at
    return replace(of_request(request, reason), opened_at=opened_at, acknowledged=acknowledged(request))


def _query_answered(request: HttpRequest) -> Query | None:
    """The query that the page was opened from (`answers_query`), while it waits for the site."""
    number = key(request.POST.get("answers_query", ""))
    rows = access.queries_for(request.user).select_related("participant")
    query = rows.filter(pk=number).first() if number is not None else None
    return query if query is not None and query.waits_for_site else None


def answer(
    request: HttpRequest, template: str, make: Callable[[QueryDict | None], Sheet],
    rows: Callable[[], Sequence[Model]], save: Callable[[Sheet, Save], Any], done: Callable[[Sheet], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Shows a page of the record, saves it, or says why not.

    make: what was typed (None: nothing yet) → the forms; asked again after somebody else's save, it must read the
    record anew. rows: the rows of the entry as it stands, empty while there is none.
    """
    if request.method != "POST":
        sheet = make(None)
        if sheet.reason is not None and request.GET.get("query"):
            sheet.reason.initial = {"reason_code": ANSWERS_A_QUERY}
        opened = {"opened_at": _newest(rows()), "as_opened": edit_conflict.as_opened(sheet.forms)}
        return render(request, template, {**sheet.shown, **opened})
    # A page that does not say what it showed has shown nothing: whatever stands is to be looked at first.
    opened_at = _opened_at(request) or 0
    if newer := history.since(rows(), opened_at):
        return _conflict(request, template, make, rows, newer)
    data, unchosen = edit_conflict.settled(request.POST)
    data = edit_conflict.without_overtaken_reasons(data, edit_conflict.opened_with(request.POST))
    if unchosen:
        return _choose_first(request, template, make, data, unchosen)
    sheet = make(data)
    preset = "" if sheet.reason is None or data.get("reason_code") else sheet.preset
    if sheet.reason is not None and not data.get("reason_code") and _only_first_answers(make(None), data):
        preset = FIRST_ANSWER
    if preset:
        sheet = replace(sheet, reason=None)
    if not sheet.is_valid:
        return _again(request, template, sheet, {"incomplete": True})
    reason = preset or (sheet.reason.cleaned_data.get("reason", "") if sheet.reason else "")
    handed, query = save_of(request, reason, opened_at), _query_answered(request)
    if query is not None:
        handed = system_queries.answering(handed, query, reason)
    waiting = queries_waiting(sheet.shown.get("participant"))
    refusal = attempt(request, lambda: save(sheet, handed), [*sheet.forms, *filter(None, [sheet.reason])])
    if refusal is None:
        _read_after(sheet.shown.get("participant"), waiting)
        page = done(sheet)
        name_settled(request, waiting)
        return redirect("capture:queries") if query is not None else page
    if refusal.meanwhile:
        return _conflict(request, template, make, rows, refusal.meanwhile)
    return _again(request, template, sheet, refusal.context)


def _only_first_answers(on_record: Sheet, data: Mapping[str, Any]) -> bool:
    """Whether everything that the page changes was empty, or pending, on record: that is no correction."""
    if on_record.unchecked:
        return False
    before = edit_conflict.values(on_record.forms)
    changed = [name for name, value in before.items() if not edit_conflict.same(str(data.get(name, "")), value)]
    is_tick = {bound.html_name for form in on_record.forms for bound in form
               if isinstance(bound.field.widget, CheckboxInput)}  # fmt: skip
    return bool(changed) and all(before[name] in ("", "pending") and name not in is_tick for name in changed)


def queries_waiting(participant: Participant | None) -> list[int]:
    """Ids of the queries about the participant that wait for the site, before a save."""
    rows = standing(participant, Query) if participant is not None and participant.pk else []
    return [each.pk for each in rows if each.state in Query.FOR_SITE]


def name_settled(request: HttpRequest, waiting: Sequence[int]) -> None:
    """Names each of these queries that the save answered or took away."""
    for query in once(("settled", *waiting), lambda: list(_settled(waiting))):
        messages.info(request, f"Query {query.get_state_display().lower()}: {query.words}")


def _settled(waiting: Sequence[int]) -> QuerySet[Query]:
    return Query.objects.filter(pk__in=waiting).exclude(state__in=Query.FOR_SITE)


def _read_after(participant: Participant | None, waiting: Sequence[int]) -> None:
    """Reads in one message what the next page is told: what is due next, and which queries the save settled."""
    if participant is None or participant.pk is None:
        return
    due, settled = place.DUE(participant.pk), _settled(waiting)
    at_once(due, settled)
    note(("due", participant.pk), list(due))
    note(("settled", *waiting), list(settled))


def _again(
    request: HttpRequest, template: str, sheet: Sheet, more: Mapping[str, Any] | None = None, status: int = 422
) -> HttpResponse:
    shown = edit_conflict.opened_as(_opened_at(request) or 0)
    opened = {"opened_at": shown, "as_opened": request.POST.get("as_opened", "")}
    return render(request, template, {**sheet.shown, **opened, **(more or {})}, status=status)


def _conflict(
    request: HttpRequest, template: str, make: Callable[[QueryDict | None], Sheet],
    rows: Callable[[], Sequence[Model]], newer: list[history.Entry],
) -> HttpResponse:  # fmt: skip
    """The page with both people's values: what only they changed is taken over, what both changed is to be chosen."""
    read_anew()
    for row in rows():
        row.refresh_from_db()
    theirs = make(None)
    merged = edit_conflict.merge(edit_conflict.settled(request.POST)[0], theirs.forms)
    opened = {"opened_at": _newest(rows()), "as_opened": edit_conflict.as_opened(theirs.forms)}
    more = {**opened, "meanwhile": newer, "of_another_state": _opened_at(request) is None,
            "choices": edit_conflict.form_of(merged.choices), "taken": merged.taken}  # fmt: skip
    return _again(request, template, make(merged.data), more, status=409)


def _choose_first(
    request: HttpRequest, template: str, make: Callable[[QueryDict | None], Sheet], data: QueryDict,
    unchosen: Sequence[str],
) -> HttpResponse:  # fmt: skip
    sheet = make(data)
    choices = edit_conflict.form_of(edit_conflict.again(data, sheet.forms, unchosen))
    return _again(request, template, sheet, {"choices": choices, "must_choose": True}, status=409)


def acknowledged(request: HttpRequest) -> dict[str, str]:
    """Check id → reason, as typed on the page; one with a character that nobody can see is none."""
    return {name: "" if unseen(because) else because for name, because in _typed_reasons(request).items()}


def _typed_reasons(request: HttpRequest) -> dict[str, str]:
    given = ((name, str(value).strip()[:300]) for name, value in request.POST.items())
    return {name.removeprefix(ACKNOWLEDGES): value for name, value in given if name.startswith(ACKNOWLEDGES)}


def attempt(
    request: HttpRequest, save: Callable[[], Any], forms: Sequence[BaseForm] = (), because: str = ""
) -> Refusal | None:
    """Runs the save; None when it happened. What the protocol, the record or another writer refused comes in words,
    beside the field of the forms that it concerns too. because: explains soft checks too, unless another is typed."""
    try:
        save()
    except Refused as caught:
        return refusal_of(request, caught, forms, because)
    except IntegrityError as caught:
        # The checks were asked before the writers' lock: only a unique rule can be broken between them and the save.
        if getattr(caught.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        return Refusal(reasons=(Problem(AT_THE_SAME_MOMENT),))
    return None


def refusal_of(request: HttpRequest, caught: Refused | None, forms: Sequence[BaseForm], because: str = "") -> Refusal:
    """What the page says of it: explanations to give, somebody else's changes, or reasons; nothing for None."""
    if isinstance(caught, registry.SecondLook):
        given = {name: typed for name, typed in _typed_reasons(request).items() if typed}
        so_far = {check.id: because for check in caught.failures} | given
        return Refusal(second_look=SecondLookForm(caught.failures, so_far))
    if isinstance(caught, EditedMeanwhile):
        return Refusal(meanwhile=caught.entries)
    return Refusal(reasons=problems(forms, caught) if caught else ())


def one_form(
    request: HttpRequest, participant: Participant, form: Form, act: Callable[[Save], Any], done: str, back: str = "",
    row: str = "", **shown: Any,
) -> HttpResponse:  # fmt: skip
    """The page of one form: shown, saved, or shown again with why not.

    act: saves it; the reason of a `ReasonForm` is that of the save. done: said on the next page, `back` (an address;
    without one where the form was opened, at this row).
    """
    refusal = None
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"] if isinstance(form, ReasonForm) else ""
        save = replace(of_request(request, reason), acknowledged=acknowledged(request))
        refusal = attempt(request, lambda: act(save), [form], reason)  # a strike-out explains what it moves
        if refusal is None:
            messages.success(request, done)
            return redirect(back) if back else place.back(request, participant, row)
    shown |= {"participant": participant, "form": form, **(refusal.context if refusal else {})}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "capture/entry/one_form.html", shown, status=status)


def with_undo(request: HttpRequest, words: str, url: str) -> SafeString:
    """The words and a button that strikes the entry out again, on the audit trail; a script hides it in 10 seconds."""
    request.starts_anew = True  # type: ignore[attr-defined]  # a form of its own, not the one that was saved
    return SafeString(render_to_string("capture/entry/_undo.html", {"words": words, "url": url}, request))


def tell(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    """Does what was asked and says so on the next page; or why it cannot be done."""
    reasons = reasons_against(act)
    if reasons:
        messages.error(request, " ".join(reasons))
    else:
        messages.success(request, done)


def _opened_at(request: HttpRequest) -> int | None:
    """The Change that the page showed when it was opened; None when it does not say."""
    return edit_conflict.opened_at(request.POST)


def _newest(rows: Sequence[Model]) -> str:
    return edit_conflict.opened_as(history.newest_change(*rows))
