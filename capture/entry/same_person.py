"""Who else on record agrees with a participant in date of birth, sex and tumor type: perhaps the same person."""

from collections.abc import Mapping
from typing import Any

from capture.casebook.checks import surely_before
from trial.models import Participant, Person
from trial.record import access
from trial.rules.dates.partial_date import PartialDate


def of(details: Mapping[str, Any], participant: Participant | None = None) -> list[Participant]:
    """The others, screened or registered, but for those registered in error; partial dates agree when they can be one
    day. participant: who is left out. One query; none while the date of birth is unknown."""
    born_on: PartialDate | None = details.get("born_on")
    if born_on is None:
        return []
    rows = access.counted(Participant.objects.standing()).filter(
        sex=details["sex"], tumour_type=details["tumour_type"], born_on__startswith=f"{born_on.year:04d}"
    ).order_by("screening_number")  # fmt: skip
    if participant is not None:
        rows = rows.exclude(pk=participant.pk)
    return [each for each in rows if _can_be_one_day(each.born_on, born_on)]


def _can_be_one_day(one: PartialDate, other: PartialDate) -> bool:
    return not surely_before(one, other) and not surely_before(other, one)


def named_to(person: Person, participant: Participant) -> str:
    """Those whom the person may see, by number and site; for a query of which the site reads no names."""
    sees = {site.pk for site in access.sites_for(person)}
    found = of(vars(participant), participant)
    return ", ".join(f"{each.reference} ({each.site.code})" for each in found if each.site_id in sees)
