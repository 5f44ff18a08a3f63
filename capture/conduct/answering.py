"""A query answered where it is listed: the field in question, the reason, the answer; saved by the form's own rules."""

from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import HttpRequest, QueryDict

from capture import merging
from capture.casebook import ENTRY_FORMS
from capture.conduct import places, queries
from capture.forms.lines import line_forms
from capture.forms.reason import ReasonForm
from capture.services import acknowledgements, entries
from capture.views import saving
from trial.models import Query


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
        """For the template `_answer.html`."""
        more = self.refusal.context if self.refusal else {}
        reasons = [*self.said, *(self.refusal.reasons if self.refusal else ())]
        return {**more, "sheet": self, "reason_form": self.reason, "reasons": reasons}


def sheet(query: Query, posted: QueryDict | None = None) -> AnswerSheet:
    """The sheet of a query as it stands, or with what was typed."""
    names, forms = _names(query), _forms(query, posted)
    shown = [bound for form in forms for bound in form if bound.html_name in names and not bound.is_hidden]
    if shown:
        shown[0].field.widget.attrs["autofocus"] = True  # the page is about this value: typing begins here
    return AnswerSheet(query, shown, ReasonForm(posted), (posted or {}).get("words", "")[:600])


def save(request: HttpRequest, query: Query) -> AnswerSheet | None:
    """Saves the correction, when a value was changed, and the answer; None when it happened."""
    typed = sheet(query, request.POST)
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
    with queries.answered_by_correction(request.user, query, reason):
        typed.refusal = saving.attempt(request, lambda: _correct(request, query, forms, typed))
    return typed if typed.refusal is not None else None


def _answered(request: HttpRequest, query: Query, typed: AnswerSheet, words: str) -> AnswerSheet | None:
    try:
        queries.answer(request.user, query, words)
    except queries.NotPossible as reason:
        typed.said = [str(reason)]
        return typed
    return None


def _row(query: Query) -> Any:
    return places.row_of(query.participant, query.form, query.row_id)


def _forms(query: Query, posted: QueryDict | None) -> list[Any]:
    """The form and its lines: filled from the record, or bound to the record with what was typed over it."""
    row, book = _row(query), ENTRY_FORMS.get(query.form)
    if row is None or book is None or book.form is None or row.is_struck_out or not query.field:
        return []
    on_record: list[Any] = [book.form(None, instance=row), *line_forms(book, row, None)]
    if posted is None:
        return on_record
    data = QueryDict(mutable=True)
    data.update({name: value for name, value in merging.values(on_record).items() if value})
    for name in _names(query):
        data.pop(name, None)
        if posted.get(name):
            data[name] = posted[name]
    return [book.form(data, instance=row), *line_forms(book, row, data)]


def _names(query: Query) -> set[str]:
    """Names of the boxes that the query is about: a value and the reason why it may be missing, or a line."""
    if query.field.startswith("lab-"):
        return {f"{query.field}-{part}" for part in ("value", "value_missing", "unit", "lower_limit", "upper_limit")}
    return {query.field, f"{query.field}_missing"}


def _is_corrected(query: Query, posted: QueryDict) -> bool:
    """Whether a value differs from the record; only asked when the page showed the boxes (`corrects`)."""
    names = _names(query)
    on_record = {name: value for name, value in merging.values(_forms(query, None)).items() if name in names}
    return bool(posted.get("corrects")) and any(
        not merging.same(posted.get(name, ""), value) for name, value in on_record.items()
    )


def _correct(request: HttpRequest, query: Query, forms: list[Any], typed: AnswerSheet) -> None:
    row, book = _row(query), ENTRY_FORMS[query.form]
    form, *lines = forms
    values = form.values()
    if query.form == "adverse_event":
        values["continues"] = row.continues
    given = acknowledgements.given(query.participant, query.form, row.pk)
    entries.save(
        request.user, query.participant, book, values, row=row, reason=typed.reason.cleaned_data["reason"],
        lines=[line for each in lines if (line := each.line()) is not None],
        acknowledged={**given, **saving.acknowledged(request)}, opened_at=saving.opened_at(request),
    )  # fmt: skip
