"""Pages of queries: the list, one query with its answer, raising one, raising many."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from capture.casebook import history, labels
from capture.casebook.forms.laboratory import line_forms
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.registry import ENTRY_FORMS, FORMS
from capture.conduct import conditions, queries
from capture.conduct import queries as query_list
from capture.conduct.forms import AnswerForm, AskedFormFilter, ManyForm, MoveForm, WordingForm, queries_filter
from capture.conduct.queries import Where
from capture.entry import edit_conflict
from capture.entry.services import acknowledgements, entries, laboratories
from capture.entry.views import saving
from trial.drawing.form_layout import is_a_reason
from trial.models import Participant, Query, Role
from trial.record import access, site_clock, system_queries
from trial.record.save import Save, of_request
from trial.refused import Refused, reasons_against
from trial.rules.typed_text import key

# So many entries are offered on one page; a site narrows them.
MOST_ASKED = 500


@dataclass
class AnswerSheet:
    """The fields to show (none: the form has a page of its own), the reason, the words, and what stood in the way."""

    query: Query
    fields: list[BoundField]
    reason: ReasonForm
    words: str = ""
    refusal: saving.Refusal | None = None
    said: list[str] = field(default_factory=list)

    @property
    def context(self) -> dict[str, Any]:
        """For the template `_query.html`."""
        more = self.refusal.context if self.refusal else {}
        reasons = [*self.said, *(self.refusal.reasons if self.refusal else ())]
        answer = AnswerForm(self.query.pk, self.words, bool(self.fields))
        return {**more, "sheet": self, "reason_form": self.reason, "reasons": reasons, "answer_form": answer,
                "move_form": MoveForm(auto_id=f"words-{self.query.pk}-%s")}  # fmt: skip


def answer_sheet(query: Query, posted: QueryDict | None = None) -> AnswerSheet:
    """The sheet of a query as it stands, or with what was typed."""
    names, forms = _names(query), _forms(query, posted)
    shown = [bound for form in forms for bound in form if bound.html_name in names and not bound.is_hidden
             and not is_a_reason(bound)]  # fmt: skip
    if shown:
        shown[0].field.widget.attrs["autofocus"] = True  # the page is about this value: typing begins here
    reason = ReasonForm(posted, initial={"reason_code": saving.ANSWERS_A_QUERY})
    return AnswerSheet(query, shown, reason, (posted or {}).get("words", "")[:600])


def save_answer(request: HttpRequest, query: Query) -> AnswerSheet | None:
    """Saves the correction, when a value was changed, and the answer; None when it happened."""
    typed = answer_sheet(query, request.POST)
    if not _is_corrected(query, request.POST):
        return _answered(request, query, typed, typed.words)
    if not typed.reason.is_valid():
        return typed
    forms = _forms(query, request.POST)
    # A list, not a generator: every row is checked, so that every error is said at once.
    valid = [form.is_valid() for form in forms]
    if not all(valid):
        typed.said = [str(error) for form in forms for errors in form.errors.values() for error in errors]
        return typed
    reason = ". ".join(filter(None, (typed.reason.cleaned_data["reason"], typed.words.strip())))
    save = saving.save_of(request, typed.reason.cleaned_data["reason"])
    save = system_queries.answering(save, query, reason)
    typed.refusal = saving.attempt(request, lambda: _correct(save, query, forms), forms)
    return typed if typed.refusal is not None else None


def _answered(request: HttpRequest, query: Query, typed: AnswerSheet, words: str) -> AnswerSheet | None:
    typed.said = [*reasons_against(lambda: queries.answer(of_request(request), query, words))]
    return typed if typed.said else None


def _row(query: Query) -> Any:
    return labels.row_of(query.participant, query.form, query.row_id)


def _forms(query: Query, posted: QueryDict | None) -> list[Any]:
    """The form and its lines: filled from the record, or bound to the record with what was typed over it."""
    row, book = _row(query), ENTRY_FORMS.get(query.form)
    if row is None or book is None or book.form is None or row.is_struck_out or not query.field:
        return []
    on_record: list[Any] = [book.form(None, instance=row), *line_forms(book, row, None)]
    if posted is None:
        return on_record
    data = QueryDict(mutable=True)
    opened = edit_conflict.values(on_record)
    data.update({name: value for name, value in opened.items() if value})
    for name in _names(query):
        data.pop(name, None)
        if posted.get(name):
            data[name] = posted[name]
    data = edit_conflict.without_overtaken_reasons(data, opened)
    form = book.form(data, instance=row)
    limits = laboratories.for_page(query.participant, form) if query.form == "visit" else None
    if limits is not None:  # limits left empty are taken in the line that is asked about, and in no other
        limits = {analyte: each for analyte, each in limits.items() if query.field == f"lab-{analyte}"}
    return [form, *line_forms(book, row, data, query.participant, limits)]


def _names(query: Query) -> set[str]:
    """Names of the boxes that the query is about: a value and the reason why it may be missing, or a line."""
    if query.field.startswith("lab-"):
        return {f"{query.field}-{part}" for part in ("value", "value_missing", "unit", "lower_limit", "upper_limit")}
    return {query.field, f"{query.field}_missing"}


def _is_corrected(query: Query, posted: QueryDict) -> bool:
    """Whether a value differs from the record; only asked when the page showed the boxes (`corrects`)."""
    names = _names(query)
    on_record = {name: value for name, value in edit_conflict.values(_forms(query, None)).items() if name in names}
    return bool(posted.get("corrects")) and any(
        not edit_conflict.same(posted.get(name, ""), value) for name, value in on_record.items()
    )


def _correct(save: Save, query: Query, forms: list[Any]) -> None:
    row, book = _row(query), ENTRY_FORMS[query.form]
    form, *lines = forms
    values = form.values()
    if query.form == "adverse_event":
        values["continues"] = row.continues
    entries.save(
        acknowledgements.with_given(save, query.participant, query.form, row), query.participant, book, values, row=row,
        lines=[line for each in lines if (line := each.typed()) is not None],
    )  # fmt: skip


@access.allows(*access.READS_RECORD)
def listing(request: HttpRequest) -> HttpResponse:
    """Queries by state, site, form, age and person."""
    may_ask = request.user.role == Role.MONITOR
    # A monitor who has just sent queries finds them, though they wait for the site.
    asked = query_list.Filter.of({"state": "standing", **request.GET.dict()} if may_ask else request.GET)
    now = timezone.now()
    rows = query_list.found(request.user, asked, now)
    shown = {
        "listed": query_list.listed(rows, now), "total": rows.count(),
        "filter_form": queries_filter(vars(asked), may_ask, access.sites_for(request.user),
                                      query_list.counted(request.user), labels.TITLES.items(), query_list.AGES),
        "may_ask": may_ask, "may_answer": access.may_enter(request.user),
        "most": query_list.MOST_SHOWN,
    }  # fmt: skip
    return render(request, "capture/conduct/queries/queries.html", shown)


@access.allows(*access.READS_RECORD)
def one(request: HttpRequest, query_id: int) -> HttpResponse:
    """One query: what was said, and for the site the field to correct or the answer to write."""
    query = _query_or_404(request, query_id)
    sheet = answer_sheet(query)
    if request.method == "POST":
        if not access.may_enter(request.user):
            raise PermissionDenied("Your role can read this query but not answer it.")
        waiting = [each for each in saving.queries_waiting(query.participant) if each != query.pk]
        try:
            refused = save_answer(request, query)
        except Refused as reason:
            refused, sheet.said = sheet, [str(reason)]
        if refused is None:
            messages.success(request, f"The query about {query.participant} is answered.")
            saving.name_settled(request, waiting)
            return redirect("capture:work" if request.POST.get("back") == "work" else "capture:queries")
        return _page(request, query, refused, 409 if refused.refusal and refused.refusal.meanwhile else 422)
    return _page(request, query, sheet)


def _page(request: HttpRequest, query: Query, sheet: AnswerSheet, status: int = 200) -> HttpResponse:
    at = labels.places([query])[(query.form, query.row_id)]
    row = labels.row_of(query.participant, query.form, query.row_id)
    rows = history.rows_of(row) if row is not None else []
    asked = request.POST if request.method == "POST" else request.GET
    shown: dict[str, Any] = {
        "listed": query_list.one(query, at, timezone.now()), "participant": query.participant,
        "back": asked.get("back", ""),
        "may_answer": access.may_enter(request.user), "may_ask": request.user.role == Role.MONITOR,
        "opened_at": edit_conflict.opened_as(history.newest_change(*rows)), "moves": queries.MOVES[query.state],
        **sheet.context,
    }  # fmt: skip
    # In the list the same words are loaded into the row; without scripts the link opens the page.
    inline = bool(request.headers.get("HX-Request"))
    template = "_query.html" if inline else "query.html"
    return render(request, f"capture/conduct/queries/{template}", {**shown, "inline": inline}, status=status)


@access.allows(Role.MONITOR, method="POST")
def decide(request: HttpRequest, query_id: int) -> HttpResponse:
    """The monitor closes, reopens or cancels a query."""
    query = _query_or_404(request, query_id)
    try:
        to, words = request.POST.get("to", ""), request.POST.get("words", "")[:600]
        moved = queries.decide(of_request(request), query, to, words)
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("capture:query", query.pk)
    messages.success(request, f"The query about {query.participant} is {moved.get_state_display().lower()}.")
    return redirect("capture:queries")


@access.allows(Role.MONITOR)
def raise_one(request: HttpRequest, reference: str) -> HttpResponse:
    """A query about a field, an entry or a whole form; the place comes in the address."""
    participant = access.participant_for(request.user, reference)
    where = _where(request)
    if where.form not in labels.TITLES:
        raise Http404("The casebook has no such form.")
    words, reasons = request.POST.get("words", "")[:600] or request.POST.get("template", "")[:600], ()
    if request.method == "POST":
        reasons = reasons_against(lambda: queries.raise_query(of_request(request), participant, where, words))
        if not reasons:
            messages.success(request, f"The query about {participant} is sent to the site.")
            return redirect(_back(participant, where))
    row = labels.row_of(participant, where.form, where.row_id)
    shown = {
        "participant": participant, "where": where, "form": WordingForm(system_queries.TEMPLATES, words),
        "place": labels.place(participant, where.form, row), "reasons": reasons,
        "field": labels.field_label(where.form, where.field) if where.field else "",
    }  # fmt: skip
    return render(request, "capture/conduct/queries/raise.html", shown, status=422 if reasons else 200)


def _where(request: HttpRequest) -> Where:
    return Where(request.GET.get("form", "")[:30], key(request.GET.get("row", "")), request.GET.get("field", "")[:60])


def _back(participant: Participant, where: Where) -> str:
    return labels.place(participant, where.form, labels.row_of(participant, where.form, where.row_id)).url


@access.allows(Role.MONITOR)
def raise_many(request: HttpRequest) -> HttpResponse:
    """One wording for many entries of a form, as they are on record."""
    form, site = request.GET.get("form", "registration"), request.GET.get("site", "")
    people = access.participants_for(request.user).select_related("site").order_by("number", "screening_number")
    entries = _asked_of(form, people.filter(site__code=site) if site else people)
    named, value = conditions.fields_of(form), request.GET.get("value", "")
    # The field of another form, which was shown before this one was chosen, is no condition of this one.
    condition = next((name for name, _ in named if name == request.GET.get("field")), "")
    if condition:
        entries = [pair for pair in entries if conditions.meets(pair[1], condition, value)]
    said, words = "", request.POST.get("words", "")[:600] or request.POST.get("template", "")[:600]
    if request.method == "POST":
        try:
            ticked = set(request.POST.getlist("who"))
            chosen = [(owner, Where(form, row.pk)) for owner, row in entries if str(row.pk) in ticked]
            if not chosen:
                raise Refused("Select at least one entry.")
            count = queries.raise_many(of_request(request), chosen, words)
        except Refused as reason:
            said = str(reason)
        else:
            messages.success(request, f"{count} {'query is' if count == 1 else 'queries are'} sent to the sites.")
            return redirect(f"{reverse('capture:queries')}?{urlencode({'state': 'open', 'form': form, 'mine': '1'})}")
    called = [(str(row.pk), _called(form, owner, row)) for owner, row in entries[:MOST_ASKED]]
    # Who asks by a condition has looked at what it found: all of it is ticked until somebody takes a tick away.
    chosen_first = [key for key, _ in called] if condition and request.method == "GET" else request.POST.getlist("who")
    shown = {
        "form": ManyForm(system_queries.TEMPLATES, words, called, chosen_first),
        "total": len(entries), "most": MOST_ASKED, "condition": condition,
        "filter_form": AskedFormFilter({"form": form, "site": site, "field": condition, "value": value}, field=named,
                                       form=labels.TITLES.items(),
                                       site=[(each.code, str(each)) for each in access.sites_for(request.user)]),
        "reasons": [said] if said else [],
    }  # fmt: skip
    return render(request, "capture/conduct/queries/raise_many.html", shown, status=422 if said else 200)


def _asked_of(form: str, people: Iterable[Participant]) -> list[tuple[Participant, Any]]:
    """Every standing entry of a form with its participant, in order of study number; none for an unknown form."""
    by_id = {each.pk: each for each in people}
    rows = FORMS[form].entries_of(by_id.values()).standing() if form in FORMS else []
    found = [(by_id[row.pk if form == "registration" else row.participant_id], row) for row in rows]
    places = {each: place for place, each in enumerate(by_id)}
    return sorted(found, key=lambda pair: places[pair[0].pk])


def _called(form: str, participant: Participant, row: Any) -> str:
    """`NET-001 NORTH · Adverse event 15-JUL-2025 · Diarrhea, grade 2`."""
    place = labels.place(participant, form, row)
    return " · ".join(filter(None, (f"{participant.reference} {participant.site.code}", place.title, place.entry)))


def _query_or_404(request: HttpRequest, query_id: int) -> Query:
    rows = access.queries_for(request.user).select_related("participant__site", "raised_by")
    found = get_object_or_404(rows, pk=query_id)
    site_clock.stand_with(found.participant)  # a correction is typed by the clock of the site
    return found
