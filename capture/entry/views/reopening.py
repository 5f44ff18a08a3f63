"""Registration of a group: where its stage stands, and the study chair's decisions to reopen it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture.casebook import history
from capture.casebook.forms.registration import DecisionForm
from capture.entry.services import registration as service
from trial.drawing.form_layout import posted
from trial.models import Reopening
from trial.protocol import Group, group_named
from trial.record import access, in_force
from trial.record.save import of_request
from trial.refused import reasons_against


@access.allows(*access.DECIDES)
def reopening(request: HttpRequest, letter: str) -> HttpResponse:
    """Shows the gate of the group with every participant of its stage; reopens it with a reason."""
    group = _group_or_404(letter)
    form = DecisionForm(posted(request))
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        reasons = reasons_against(lambda: service.reopen(of_request(request), group.code, because))
        if not reasons:
            messages.success(request, f"Group {group.code} is open to accrual.")
            return redirect("capture:reopening", group.code)
    return _page(request, group, form, reasons)


@access.allows(*access.DECIDES)
def withdraw(request: HttpRequest, letter: str, reopening_id: int) -> HttpResponse:
    """Takes a reopening back with a reason."""
    group = _group_or_404(letter)
    row = get_object_or_404(Reopening, pk=reopening_id, group=group.code)
    form = DecisionForm(posted(request))
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        reasons = reasons_against(lambda: service.withdraw(of_request(request), row, because))
        if not reasons:
            messages.success(request, "The reopening is revoked.")
            return redirect("capture:reopening", group.code)
    elif request.method == "POST":
        reasons = ("Enter a reason for revoking the reopening.",)
    return _page(request, group, DecisionForm(), reasons)


def _group_or_404(letter: str) -> Group:
    try:
        return group_named(letter)
    except ValueError:
        raise Http404("This group does not exist.") from None


def _page(request: HttpRequest, group: Group, form: DecisionForm, reasons: tuple[str, ...]) -> HttpResponse:
    shown = {
        "letter": group.code, "name": group.name, "gate": in_force.gate_in_force(group.code),
        "form": form, "reasons": reasons, "decisions": _decisions(group),
    }  # fmt: skip
    status = 422 if reasons or form.errors else 200
    return render(request, "capture/entry/registration/reopening.html", shown, status=status)


def _decisions(group: Group) -> list[dict[str, object]]:
    """Every reopening of the group, newest first, with its history; also those taken back."""
    rows = Reopening.objects.filter(group=group.code).order_by("-id")
    return [
        {"row": row, "history": history.entries([row]), "form": DecisionForm(prefix=None, auto_id=f"id_{row.pk}_%s")}
        for row in rows
    ]
