"""The laboratories of the sites: declared by coordinator, investigator or administrator, read by the visits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from capture.casebook.checks import PLAUSIBLE, SOFT, Check, failing, stop_unexplained
from capture.casebook.forms.laboratory import taken_limits
from capture.casebook.forms.visit import VisitForm
from trial.models import Laboratory, LaboratoryRange, Participant, Person, Role, Site, Visit
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record import access, changes, site_clock
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.safety import usual_ranges
from trial.rules.safety.reference_ranges import ReferenceRange, ranges_for
from trial.rules.typed_text import plain
from trial.runtime.database.at_once import Shape, at_once

Values = Mapping[str, Any]
DECLARES = (*access.ENTERS, Role.ADMINISTRATOR)
FIELDS = ("analyte", "unit", "lower_limit", "upper_limit", "from_on", "sex", "age_from", "age_to")


@dataclass(frozen=True)
class Whom:
    """Whom ranges hold for, and from when. sex: empty, both; ages in whole years, both included."""

    from_on: date
    sex: str = ""
    age_from: int = 0
    age_to: int | None = None


@dataclass(frozen=True)
class Limits:
    """The limits of one analyte in one unit."""

    analyte: str
    unit: str
    lower_limit: Decimal | None
    upper_limit: Decimal | None


def sites_of(person: Person) -> Sequence[Site]:
    """The sites whose laboratories the person declares, or reads."""
    return list(Site.objects.all()) if person.role == Role.ADMINISTRATOR else access.sites_read_by(person)


def of_sites(sites: Iterable[Site]) -> QuerySet[Laboratory]:
    """The laboratories of the sites, in order of site and name."""
    return Laboratory.objects.standing().filter(site__in=[each.pk for each in sites]).select_related("site")


def names_at(participant: Participant) -> list[str]:
    """What the laboratories of the site of the participant are called, or were."""
    return list(_current_names(_NAMES(participant.site_id)))


def limits_at(participant: Participant, name: str, on: date) -> Mapping[str, ReferenceRange]:
    """Analyte → the limits of a laboratory of the site for the participant on a day; none of a name not known."""
    return _limits(_RANGES(participant.site_id) if name else (), participant, name, on)


def with_limits(participant: Participant, visit: Mapping[str, Any], lines: Sequence[Values]) -> list[Values]:
    """The lines of a visit; limits left empty are those of its laboratory on the day of the sample."""
    limits = limits_at(participant, visit["laboratory_name"], visit["sampled_on"] or visit["visited_on"])
    return [{**line, **taken_limits(line, limits.get(line["analyte"]))} for line in lines]


def _limits(
    ranges: Iterable[Sequence[Any]], participant: Participant, name: str, on: date
) -> Mapping[str, ReferenceRange]:
    of_it = [ReferenceRange(*each) for of, former, *each in ranges if name and name in (of, *former.splitlines())]
    return ranges_for(of_it, participant.sex, participant.born_on, on)


def for_page(participant: Participant, form: VisitForm) -> Mapping[str, ReferenceRange] | None:
    """Offers the laboratories of the site in the form of a visit; returns the limits of the one chosen, by analyte.

    None where the site has no laboratory, or the version of the form asks for none.
    A new visit begins with the laboratory of the last one, else with the only one of the site. The day of the limits is
    that of the sample, else of the visit, else today. One statement; none where the version asks for none.
    """
    if hasattr(form.fields["laboratory_name"], "not_asked"):
        return None
    laboratories, ranges, last = _NAMES(participant.site_id), _RANGES(participant.site_id), _LAST(participant.pk)
    at_once(laboratories, ranges, last)
    current = _current_names(laboratories)
    names = list(dict.fromkeys(current.values()))
    if form.instance.pk is None and not form.is_bound:
        form.initial["laboratory_name"] = current.get(next(iter(last), ""), names[0] if len(names) == 1 else "")
    form.offer(names)
    days = (_day(form, name) for name in ("sampled_on", "visited_on"))
    on = next(filter(None, days), None) or site_clock.today_at(participant.site)
    return _limits(ranges, participant, str(form["laboratory_name"].value() or ""), on) if names else None


_NAMES = Shape(lambda site: Laboratory.objects.standing().filter(site=site).order_by("name")
               .values_list("name", "former_names"))  # fmt: skip
_RANGES = Shape(lambda site: LaboratoryRange.objects.standing("laboratory").filter(laboratory__site=site)
                .order_by("id").values_list("laboratory__name", "laboratory__former_names", *FIELDS))  # fmt: skip
_LAST = Shape(lambda participant: Visit.objects.standing().filter(participant=participant).exclude(laboratory_name="")
              .order_by("-visited_on", "-id").values_list("laboratory_name", flat=True)[:1])  # fmt: skip


def _current_names(laboratories: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What each laboratory is called or was → what it is called now."""
    return {each: name for name, former in laboratories for each in (name, *former.splitlines())}


def is_called(site_id: int, name: str, other: str) -> bool:
    """Whether both are names, of now or before, of one laboratory of the site."""
    current = _current_names(Laboratory.objects.standing().filter(site=site_id).values_list("name", "former_names"))
    return current.get(name, name) == current.get(other, other)


def _day(form: VisitForm, name: str) -> date | None:
    try:
        return form.fields[name].clean(form[name].value())  # type: ignore[no-any-return]
    except ValidationError:
        return None


def add(save: Save, site: Site, name: str) -> Laboratory:
    """A laboratory of the site. Raises Refused."""
    with changes.record(save, "enter", site=site):
        _stop_if_taken(site, name)
        return Laboratory.objects.create(site=site, name=name)


def rename(save: Save, laboratory: Laboratory, name: str, was: str) -> None:
    """Gives it another name; visits on record keep theirs and find its limits by it. was: as the page showed it.

    Raises Refused.
    """
    with changes.record(save, "correct", site=laboratory.site):
        row = _still_standing(laboratory)
        if row.name != was:
            raise Refused(f"The laboratory was renamed meanwhile: {row.name}.")
        if row.name == name:
            raise Refused("Enter another name.")
        _stop_if_taken(row.site, name, row)
        row.former_names = "\n".join(each for each in row.names if each != name)
        row.name = name
        row.save(update_fields=["name", "former_names"])


def _stop_if_taken(site: Site, name: str, but: Laboratory | None = None) -> None:
    """Visits name their laboratory: no two of a site share a name, not even a former one."""
    for each in of_sites([site]):
        if each != but and name.casefold() in map(str.casefold, each.names):
            called = "" if name.casefold() == each.name.casefold() else f", now called {each.name}"
            raise Refused(f"Site {site.code} has a laboratory {name} already{called}.")


def _still_standing(laboratory: Laboratory) -> Laboratory:
    """The laboratory as it is under the writers' lock. Raises Refused for one struck out meanwhile."""
    found = of_sites([laboratory.site]).filter(pk=laboratory.pk).first()
    if found is None:
        raise Refused("The laboratory is struck out.")
    return found


def declare(save: Save, laboratory: Laboratory, whom: Whom, limits: Sequence[Limits]) -> int:
    """Adds ranges; returns how many. Those in use before end where a new one begins.

    An explanation of limits that are unusual in their unit is the reason of the change. Raises Refused, among it
    SecondLook.
    """
    reasons = list(_refused(whom, limits))
    if reasons:
        raise Refused(*reasons)
    soft = failing((UNUSUAL,), {"limits": limits})
    stop_unexplained(soft, save.acknowledged)
    because = (save.acknowledged or {}).get(UNUSUAL.id, "") if soft else ""
    with changes.record(save, "enter", because, site=laboratory.site):
        _still_standing(laboratory)
        LaboratoryRange.objects.bulk_create(
            LaboratoryRange(laboratory=laboratory, **asdict(whom), **asdict(each)) for each in limits
        )
    return len(limits)


def _refused(whom: Whom, limits: Sequence[Limits]) -> Iterable[str]:
    if not limits:
        yield "Enter the limits of at least one analyte."
    if whom.age_to is not None and whom.age_to < whom.age_from:
        yield "The first age must not be above the last."
    for each in limits:
        name = ANALYTES[each.analyte]
        if None not in (each.lower_limit, each.upper_limit) and each.lower_limit >= each.upper_limit:
            yield f"{name}: the lower limit must be below the upper limit."


def _unusual(facts: Mapping[str, Any]) -> list[Limits]:
    return [each for each in facts["limits"]
            if usual_ranges.laboratory_unusual(each.analyte, each.unit, None, each.upper_limit)]  # fmt: skip


UNUSUAL = Check(
    "LAB-01", "An upper limit of normal is unusual for its unit.", PLAUSIBLE, SOFT, lambda facts: bool(_unusual(facts)),
    details=lambda facts: " ".join(
        f"{ANALYTES[each.analyte]}: to {plain(each.upper_limit)} {each.unit}." for each in _unusual(facts)
    ),
)  # fmt: skip


def strike_out(save: Save, row: Laboratory | LaboratoryRange) -> None:
    """Takes a laboratory or a range back; visits and limits of results that are on record stay. Raises Refused."""
    laboratory = row if isinstance(row, Laboratory) else row.laboratory
    with changes.record(save, "strike_out", site=laboratory.site):
        _still_standing(laboratory)
        current = type(row).objects.standing().filter(pk=row.pk).first()
        if current is None:
            raise Refused("The range is struck out already.")
        current.struck_out_reason = save.reason
        current.save(update_fields=["struck_out_reason"])
