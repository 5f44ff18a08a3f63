"""The page of a casebook's signature: what is open, the values that are signed, what changed since, the password."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from capture.casebook import history, labels
from capture.conduct import signing
from capture.copies.contents import forms
from capture.expedited import listing
from capture.grading.episodes import open_episodes
from capture.participants import selectors
from capture.participants.entry_lists import incomplete_entries
from trial.accounts.forms import SigningForm
from trial.accounts.security import proof
from trial.models import Participant, Query
from trial.protocol import MISSED, OVERDUE
from trial.record import access, site_clock
from trial.record.save import of_request
from trial.refused import Refused
from trial.rules.dates.partial_date import shown


@dataclass(frozen=True)
class OpenItem:
    """One thing that is open in the casebook; mark: the status whose color it takes."""

    kind: str
    words: str
    state: str
    mark: str
    url: str


def open_items(participant: Participant, moment: datetime) -> list[OpenItem]:
    """Report clocks that run, queries, values nobody judged by grade, forms overdue or missed, incomplete entries."""
    return [*_clocks(participant, moment), *_queries(participant), *_proposals(participant), *_forms(participant)]


def _clocks(participant: Participant, moment: datetime) -> Iterator[OpenItem]:
    for each in listing.lines([participant], moment, listing.OPEN):
        yield OpenItem("Expedited report", f"{each.event}. {each.what}", each.when, each.mark, each.url)


def _queries(participant: Participant) -> Iterator[OpenItem]:
    rows = list(Query.objects.standing().filter(participant=participant, state__in=Query.NOT_CLOSED).order_by("id"))
    places = labels.places(rows)
    for each in rows:
        words = f"{places[(each.form, each.row_id)].title}: {each.words}"
        url = reverse("capture:query", args=[each.pk])
        yield OpenItem("Query", words, str(each.get_state_display()).lower(), "due", url)


def _proposals(participant: Participant) -> Iterator[OpenItem]:
    url = f"{reverse('capture:participant', args=[participant.reference])}?section=judge"
    for each in open_episodes([participant]):
        if each.is_worse:
            yield OpenItem("Proposed adverse event", each.words, f"grade {each.grade}", "incomplete", url)


def _forms(participant: Participant) -> Iterator[OpenItem]:
    (row,) = selectors.rows_of([participant], site_clock.today_by_site())
    for cell in row.every:
        if cell and cell.not_done is None and cell.due.status in (OVERDUE, MISSED):
            state = f"{cell.due.status}, due {shown(cell.due.due_on)}"
            yield OpenItem("Form", cell.due.what, state, cell.due.status, cell.url)
    for form, listed in incomplete_entries([participant]):
        yield OpenItem("Incomplete entry", listed.asked(form), f"of {listed.on}", "incomplete", listed.url)


def read_through(participant: Participant, standing: signing.Standing) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    """The casebook to be read: (form, its entries), each entry with its changes since the newest signature, if any.

    A form without entries is left out.
    """
    changed = _changed_since(participant, standing)
    return [(form, [(entry, changed.get(entry.anchor, ())) for entry in form.parts])
            for form in forms.sections(participant) if form.parts]  # fmt: skip


def _changed_since(participant: Participant, standing: signing.Standing) -> dict[str, list[history.Entry]]:
    """Name of an entry in the casebook → its history after the signature; empty for one that was never signed."""
    if standing.signature is None or standing.state == signing.SIGNED:
        return {}
    rows = {(each.form, each.entry): labels.row_of(participant, each.form, each.entry) for each in standing.items}
    return {
        f"{form}-{entry}": history.since(history.rows_of(row), standing.signature.at_change)
        for (form, entry), row in rows.items() if row is not None
    }  # fmt: skip


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
    return render(request, "capture/conduct/signature.html", _shown(request, participant, may_sign, refusal),
                  status=422 if refusal else 200)  # fmt: skip


def _shown(request: HttpRequest, participant: Participant, may_sign: bool, refusal: str) -> dict[str, Any]:
    standing = signing.standing(participant)
    return {
        "participant": participant, "standing": standing, "meaning": signing.MEANING, "may_sign": may_sign,
        "reasons": [refusal] if refusal else [],
        "form": SigningForm(request, may_sign, first=bool(refusal)),
        "signatures": [(each, signing.is_bound(each)) for each in
                       participant.signatures.select_related("signed_by").order_by("-id")],
        "rows": len(standing.versions),
        "open_items": open_items(participant, now()),
        "casebook": read_through(participant, standing),
    }  # fmt: skip
