"""Moves a participant to another site: access follows the participant, every earlier Change keeps its site."""

from datetime import date

from django.db.models import QuerySet

from capture.conduct import holds
from trial.models import Participant, Site, SiteTransfer
from trial.record import access, changes, site_clock
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown


def named(reference: str) -> Participant | None:
    """The participant with this study or screening number at any site, for who may move one."""
    return Participant.objects.select_related("site").filter(access.is_reference(reference.strip().upper())).first()


def all_of_them() -> QuerySet[SiteTransfer]:
    """Every move, the newest first."""
    return SiteTransfer.objects.select_related("participant", "from_site", "to_site").order_by("-id")


def move(save: Save, participant: Participant, to: Site, moved_on: date, because: str) -> SiteTransfer:
    """Moves the participant (act transfer); the study number stays. Raises Refused.

    The Change is the last one of the site before, so that both sites find it in their trail.
    """
    if save.person.role not in access.TRANSFERS:
        raise Refused("Only the study chair or an administrator can move a participant.")
    if not because.strip():
        raise Refused("Enter a reason for the move.")
    if moved_on > site_clock.today_at(participant.site):
        raise Refused(f"The move on {shown(moved_on)} must not be in the future.")
    with changes.record(save, "transfer", because.strip(), participant=participant, groups=(participant.group,)):
        current = Participant.objects.select_related("site").get(pk=participant.pk)
        _stop_if_it_cannot(current, to, moved_on)
        made = SiteTransfer.objects.create(
            participant=current, from_site=current.site, to_site=to, moved_on=moved_on, because=because.strip()
        )
        current.site = to
        current.save(update_fields=["site"])
    participant.site = to
    return made


def _stop_if_it_cannot(current: Participant, to: Site, moved_on: date) -> None:
    if current.site_id == to.pk:
        raise Refused(f"{current} is already at site {to.code}.")
    for site in (current.site, to):
        if any(hold.site_id == site.pk for hold in holds.in_force()):
            raise Refused(f"Site {site.code} is frozen or locked.")
    first = current.registered_on or current.consented_on
    if first is not None and moved_on < first:
        raise Refused(f"The move must not be before {shown(first)}, when {current} joined the study.")
    before = current.site_transfers.standing().last()
    if before is not None and moved_on < before.moved_on:
        raise Refused(f"The move must not be before the move to {before.to_site.code} on {shown(before.moved_on)}.")
