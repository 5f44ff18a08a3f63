"""The page on which a participant is moved to another site, with every move so far. No clinical data is shown."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from capture.casebook.fields import FullDateField, WordsField
from capture.casebook.forms.base import labeled_as
from capture.conduct import transfers
from capture.entry.views import saving
from trial.drawing.form_layout import PageForm
from trial.models import Site, SiteTransfer
from trial.record import access
from trial.record.save import of_request
from trial.refused import Refused


@labeled_as(SiteTransfer)
class TransferForm(PageForm):
    """Who is moved where, when and why."""

    participant = WordsField(label="Participant", max_length=12, help_text="Study or screening number")
    to_site = forms.ModelChoiceField(Site.objects.all(), empty_label="Choose")
    moved_on = FullDateField()
    because = WordsField(max_length=300)


@access.allows(*access.TRANSFERS)
def page(request: HttpRequest) -> HttpResponse:
    """Moves a participant; lists every move."""
    form = TransferForm(request.POST or None, initial={"participant": request.GET.get("participant", "")[:12]})
    refusal = saving.Refusal()
    if request.method == "POST" and form.is_valid():
        try:
            return _moved(request, form)
        except Refused as caught:
            refusal = saving.refusal_of(request, caught, [form])
    shown = {"form": form, "transfers": transfers.all_of_them(), **refusal.context}
    status = 422 if refusal.reasons or form.errors else 200
    return render(request, "capture/conduct/transfers.html", shown, status=status)


def _moved(request: HttpRequest, form: TransferForm) -> HttpResponse:
    cleaned = form.cleaned_data
    participant = transfers.named(cleaned["participant"])
    if participant is None:
        words = f"There is no participant {cleaned['participant']}."
        raise Refused(words, beside={words: ("participant", words)})
    made = transfers.move(of_request(request), participant, cleaned["to_site"], cleaned["moved_on"], cleaned["because"])
    messages.success(request, f"{participant} is now at site {made.to_site.code}.")
    return redirect("capture:transfers")
