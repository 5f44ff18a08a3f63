"""Pages of freeze and lock: what is held, what is in the way, and who may do the next step."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture.casebook import labels
from capture.conduct import holds
from capture.conduct.forms import HoldForm, HoldStepForm
from capture.entry.views import saving
from trial.models import Hold, Role
from trial.record import access
from trial.record.save import of_request

WHO = (Role.MONITOR, Role.CHAIR)


@access.allows(*WHO)
def overview(request: HttpRequest) -> HttpResponse:
    """Every freeze and lock; the monitor puts one on study, site or participant, the chair decides."""
    rows = Hold.objects.select_related("site", "participant", "asked_by", "decided_by", "lift_asked_by", "lifted_by")
    sites = access.sites_for(request.user)
    seen = [each for each in rows.order_by("-id") if _visible(each, sites)]
    shown = {
        "standing": [(each, holds.target_of(each), _next(request, each), HoldStepForm(auto_id=f"%s-{each.pk}"))
                     for each in seen if each.state in holds.STANDING],
        "past": [(each, holds.target_of(each)) for each in seen if each.state not in holds.STANDING],
        "is_monitor": request.user.role == Role.MONITOR,
        "form": HoldForm(sites, access.participants_for(request.user).filter(number__isnull=False).order_by("number"),
                         with_study=access.sees_every_site(request.user)),
    }  # fmt: skip
    return render(request, "capture/conduct/holds.html", shown)


def _visible(hold: Hold, sites: Any) -> bool:
    keys = {site.pk for site in sites}
    of_site = hold.site_id or (hold.participant.site_id if hold.participant else None)
    return of_site is None or of_site in keys


def _next(request: HttpRequest, hold: Hold) -> list[tuple[str, str]]:
    """The steps that this person may take: (step, button)."""
    monitor = request.user.role == Role.MONITOR
    if hold.state == Hold.State.ASKED:
        return [] if monitor else [("approve", "Approve lock"), ("refuse", "Refuse")]
    if hold.kind == Hold.Kind.FREEZE:
        return [("unfreeze", "Unfreeze")] if monitor else []
    if hold.state == Hold.State.IN_FORCE:
        return [("ask_unlock", "Request unlock")]
    return [] if hold.lift_asked_by_id == request.user.pk else [("unlock", "Unlock")]


@access.allows(Role.MONITOR, method="POST")
def put(request: HttpRequest) -> HttpResponse:
    """Freezes, or asks for the lock of, the study, a site or a participant (`what`: study, site:CODE or a number)."""
    what = request.POST.get("what", "")[:40]
    if not what:
        messages.error(request, "Choose what to freeze or lock.")
        return redirect("capture:holds")
    target = _target(request, what)
    because, save = request.POST.get("because", ""), of_request(request)
    if "lock" in request.POST:
        saving.tell(request, lambda: holds.ask_lock(save, target, because), "The lock is requested. The study chair "
                                                                            "decides.")
    else:
        saving.tell(request, lambda: holds.freeze(save, target, because), f"Frozen: {target.words}.")
    return redirect("capture:holds")


def _target(request: HttpRequest, what: str) -> holds.Target:
    if what == "study":
        if not access.sees_every_site(request.user):
            raise Http404("Your sites do not cover the whole study.")
        return holds.Target(Hold.Scope.STUDY)
    if what.startswith("site:"):
        site = get_object_or_404(access.sites_for(request.user), code=what.removeprefix("site:"))
        return holds.Target(Hold.Scope.SITE, site=site)
    return holds.Target(Hold.Scope.PARTICIPANT, participant=access.participant_for(request.user, what))


@access.allows(Role.MONITOR, method="POST")
def freeze_form(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """Freezes one entry."""
    participant = access.participant_for(request.user, reference)
    row = labels.row_of(participant, form, row_id)
    if row is None:
        raise Http404("This entry does not exist.")
    target = holds.Target(Hold.Scope.FORM, participant=participant, form=form, row_id=row_id)
    saving.tell(request, lambda: holds.freeze(of_request(request), target), "The form is frozen.")
    return redirect(labels.place(participant, form, row).url)


@access.allows(*WHO, method="POST")
def step(request: HttpRequest, hold_id: int) -> HttpResponse:
    """The next step of a hold: approve, refuse, unfreeze, ask_unlock, unlock; each with words."""
    hold = get_object_or_404(Hold, pk=hold_id)
    if not _visible(hold, access.sites_for(request.user)):
        raise Http404("Your sites have no such freeze or lock.")
    because, save = request.POST.get("because", ""), of_request(request)
    steps: dict[str, Callable[[], Any]] = {
        "approve": lambda: holds.decide_lock(save, hold, True, because),
        "refuse": lambda: holds.decide_lock(save, hold, False, because),
        "unfreeze": lambda: holds.unfreeze(save, hold, because),
        "ask_unlock": lambda: holds.ask_unlock(save, hold, because),
        "unlock": lambda: holds.unlock(save, hold, because),
    }
    act = steps.get(request.POST.get("step", ""))
    if act is None:
        raise Http404("This action does not exist.")
    saving.tell(request, act, "Saved in the audit trail.")
    return redirect("capture:holds")
