"""Pages of black-outs: asking for one from a history, the list, and the chair's decision."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from capture.casebook import redaction_words
from capture.conduct import holds, redactions
from trial.audit.redaction import MARK
from trial.drawing.form_layout import PageForm, posted
from trial.models import Redaction, Role
from trial.record import access
from trial.record.save import of_request
from trial.record.typed_fields import reason, words
from trial.refused import Refused, reasons_against


class BlackOutForm(PageForm):
    """Which words of the text are to go (none named: all of it), and why; the reason stays, so it says no name."""

    words = words("Text to redact", 300, "Exactly as in the entry. Leave empty to redact the whole text.")
    because = reason(help_text=f"The reason is kept permanently beside {MARK}. Name the kind of text, never the text "
                               "itself. Such as: a name was entered.")  # fmt: skip


class BlackOutDecisionForm(PageForm):
    """The chair's word, with a reason."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("approve", "Redact the text permanently"), ("refuse", "Refuse; nothing is changed")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a decision."},
    )
    because = reason(help_text="The reason is kept permanently. Never enter the text itself.")


ASKS = (*access.ENTERS, Role.MONITOR)
READS = (*ASKS, Role.CHAIR, Role.STATISTICIAN)


@access.allows(*ASKS)
@never_cache
def of_version(request: HttpRequest, reference: str, change_number: int, version_id: int, field: str) -> HttpResponse:
    """Asks for words of a field as one version holds it."""
    return _ask(request, reference, redactions.Source(change_number, version_id, field))


@access.allows(*ASKS)
@never_cache
def of_reason(request: HttpRequest, reference: str, change_number: int) -> HttpResponse:
    """Asks for words of the reason of a Change."""
    return _ask(request, reference, redactions.Source(change_number))


def _ask(request: HttpRequest, reference: str, source: redactions.Source) -> HttpResponse:
    participant = access.participant_for(request.user, reference)
    try:
        text = redactions.text_of(participant, source)
    except Refused as reason:
        raise Http404(str(reason)) from reason
    form, reasons = BlackOutForm(posted(request)), ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        reasons = reasons_against(lambda: redactions.ask(
            of_request(request), participant, source, given["words"], given["because"]))  # fmt: skip
        if not reasons:
            messages.success(request, "The redaction is requested. The text stays visible until the study chair "
                                      "decides.")
            return redirect("capture:black_outs")
    shown = {"participant": participant, "form": form, "reasons": reasons, "text": text}
    return render(request, "capture/conduct/redactions/ask.html", shown, status=422 if reasons or form.errors else 200)


@access.allows(*READS)
def listing(request: HttpRequest) -> HttpResponse:
    """Every black-out of the person's sites; those that wait first."""
    rows = list(redactions.of(request.user))
    shown = {
        "waiting": [(each, redactions.where(each)) for each in rows if each.waits],
        "decided": [(each, redactions.where(each), redaction_words.told(each)) for each in rows if not each.waits],
        "decides": request.user.role in access.DECIDES,
    }
    return render(request, "capture/conduct/redactions/overview.html", shown)


@access.allows(*READS)
@never_cache
def one(request: HttpRequest, redaction_id: int) -> HttpResponse:
    """One request: where the words stand, how many versions it touches, what it cannot reach; or what was decided."""
    return _page(request, get_object_or_404(redactions.of(request.user), pk=redaction_id))


def _touched(asked: Redaction) -> str:
    counted = ((len(asked.versions), "audit record"), (len(asked.changes), "reason"), (asked.copies, "draft"))
    return ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for count, what in counted if count)


def _what_goes(asked: Redaction) -> dict[str, Any]:
    """The text with the words marked, and the places. Raises Refused where the words are not there any more."""
    source = redactions.Source(asked.of_change, asked.of_version, asked.field)
    places, text = redactions.places(asked), redactions.text_of(asked.participant, source)
    start, end = asked.from_letter - 1, asked.from_letter - 1 + asked.letters
    return {
        "before": text[:start], "words": text[start:end], "after": text[end:],
        "go": [each for each in places if each.goes], "stay": [each for each in places if not each.goes],
        "count": sum(len(each.changes) for each in places if each.goes),
    }  # fmt: skip


def _page(request: HttpRequest, asked: Redaction, form: Any = None, reasons: tuple[str, ...] = ()) -> HttpResponse:
    shown: dict[str, Any] = {"asked": asked, "where": redactions.where(asked), "participant": asked.participant,
                             "reasons": reasons, "said": "" if asked.waits else redaction_words.told(asked),
                             "touched": _touched(asked)}  # fmt: skip
    if asked.waits:
        shown |= {"hold": holds.on_participant(asked.participant), "form": form or BlackOutDecisionForm(),
                  "decides": request.user.role in access.DECIDES}  # fmt: skip
        try:
            shown |= _what_goes(asked)
        except Refused as reason:
            shown["obstacle"] = str(reason)
    refused = bool(reasons) or bool(form is not None and form.errors)
    return render(request, "capture/conduct/redactions/decision.html", shown, status=422 if refused else 200)


@access.allows(*access.DECIDES, method="POST")
def decide(request: HttpRequest, redaction_id: int) -> HttpResponse:
    """The chair approves, and the words are gone; or refuses."""
    asked = get_object_or_404(redactions.of(request.user), pk=redaction_id)
    form = BlackOutDecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, form)
    act = redactions.approve if form.cleaned_data["decision"] == "approve" else redactions.refuse
    try:
        decided = act(of_request(request), asked, form.cleaned_data["because"])
    except Refused as refusal:
        return _page(request, asked, form, (str(refusal),))
    messages.success(request, f"{decided.get_state_display()} in change {decided.decided_in}.")
    return redirect("capture:black_out_asked", asked.pk)
