"""The page of a casebook's signature: what is signed, what changed since, the meaning, the password."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from capture.conduct import signing
from trial.accounts.forms import SigningForm
from trial.accounts.security import proof
from trial.record import access, site_clock
from trial.record.save import of_request
from trial.refused import Refused


@access.allows(*access.READS_RECORD)
@sensitive_post_parameters("password", "code")
@never_cache
def signature(request: HttpRequest, reference: str) -> HttpResponse:
    """Read by all who may read the casebook; signed by the delegated investigator of the site."""
    participant = access.participant_for(request.user, reference)
    may_sign = access.may_sign(request.user, participant.site, site_clock.today_at(participant.site))
    refusal = ""
    if request.method == "POST":
        if not may_sign:
            raise PermissionDenied("Only an investigator with a signing delegation for the site can sign.")
        try:
            proof.prove(request, request.POST.get("password", ""), request.POST.get("code", ""))
            signing.sign(of_request(request), participant, request.POST.get("seen", ""))
        except Refused as reason:
            refusal = str(reason)
        else:
            messages.success(request, f"The casebook of {participant} is signed.")
            return redirect("capture:participant", participant.reference)
    standing = signing.standing(participant)
    shown = {
        "participant": participant, "standing": standing, "meaning": signing.MEANING, "may_sign": may_sign,
        "reasons": [refusal] if refusal else [],
        "form": SigningForm(request.user, may_sign and proof.needs_code(request), first=True),
        "signatures": [(each, signing.is_bound(each)) for each in
                       participant.signatures.select_related("signed_by").order_by("-id")],
        "rows": len(standing.versions),
    }  # fmt: skip
    return render(request, "capture/conduct/signature.html", shown, status=422 if refusal else 200)
