"""A fixed cast: Site North with coordinator Nora, Site South with coordinator Sol, chair Chris, and a participant."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from capture.entry.services import registration
from trial import protocol
from trial.models import GroupSettings, Participant, Person, Role, Site, Waiver
from trial.protocol import AnalysisSettings
from trial.record import changes, in_force
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate


@dataclass
class Cast:
    """Who takes part in a test."""

    north: Site
    south: Site
    people: dict[str, Person]
    elsewhere: dict[str, Person]
    participant: Participant
    waiver: Waiver


def person(username: str, role: str, *sites: Site) -> Person:
    """An account for a test, without a usable password; a monitor of no named site has all."""
    made = Person.objects.create_person(username, None, full_name=username.title(), role=role)
    made.sites.set(sites)
    if role == Role.MONITOR and not sites:
        made.all_sites = True
        made.save()
    return made


def answers(measured_on: date = date(2026, 1, 5), **unmet: bool) -> dict[str, registration.Answer]:
    """All 23 criteria met, but for those named false."""
    values = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
    return {
        item.code: registration.Answer(
            met=unmet.get(item.code, True),
            value=Decimal(values[item.code]) if item.is_laboratory else None,
            measured_on=measured_on if item.is_laboratory else None,
        )
        for item in protocol.ELIGIBILITY
    }


def ceiling(group: str, most: int) -> None:
    """Sets how many the group takes."""
    with changes.record(None, "settings", "for the test", groups=(group,)):
        GroupSettings.objects.update_or_create(group=group, defaults={"chosen": {"accrual_ceiling": most}})


def details(**changed: object) -> dict[str, object]:
    """What the screening form asks for; a carcinoid unless changed."""
    return {
        "consented_on": date(2026, 1, 5),
        "born_on": PartialDate(1950, 3, 2),
        "sex": "female",
        "race": "white",
        "ethnicity": "not_hispanic",
        "ecog": 1,
        "tumour_type": "metastatic_gi_carcinoid",
        "histology": "carcinoid",
        **changed,
    }


def register(coordinator: Person, site: Site, registered_on: date = date(2026, 1, 8), **changed: object) -> Participant:
    """A registered participant of the site, born on a day of its own unless told otherwise."""
    born = date(1950, 3, 2) + timedelta(days=Participant.objects.count())
    changed = {"born_on": PartialDate(born.year, born.month, born.day), **changed}
    return registration.screen_and_register(Save(coordinator), site, details(**changed), answers(), registered_on)


NAMES = {role: {Role.COORDINATOR: "nora", Role.CHAIR: "chris"}.get(role, f"a_{role.value}") for role in Role}
BOUND = (Role.COORDINATOR, Role.INVESTIGATOR)


def cast_of() -> Cast:
    """Both sites, one person per role, a coordinator and an investigator elsewhere, one participant of Site North.

    Read where they are on record already: a test that asks for the fixture `cast` has a database that begins with them.
    """
    return _on_record() if Waiver.objects.exists() else _entered()


def _on_record() -> Cast:
    sites = {each.code: each for each in Site.objects.all()}
    accounts = {each.username: each for each in Person.objects.all()}
    people = {role: accounts[name] for role, name in NAMES.items()}
    elsewhere = {role: accounts[f"south_{role.value}"] for role in BOUND}
    return Cast(sites["NORTH"], sites["SOUTH"], people, elsewhere, Participant.objects.get(), Waiver.objects.get())


def _entered() -> Cast:
    with changes.record(None, "system", "sites of the test"):
        north = Site.objects.create(code="NORTH", name="North")
        south = Site.objects.create(code="SOUTH", name="South")
    people = {role: person(name, role, *([north] if role in BOUND else [])) for role, name in NAMES.items()}
    elsewhere = {role: person(f"south_{role.value}", role, south) for role in BOUND}
    participant = register(people[Role.COORDINATOR], north)
    with changes.record(None, "system", participant=participant, groups=(participant.group,)):
        waiver = Waiver.objects.create(
            participant=participant, criteria="metastatic", requested_because="for the test of access"
        )
    return Cast(north, south, people, elsewhere, participant, waiver)


def put_in_force(group: str, settings: AnalysisSettings, reason: str) -> None:
    """Settings of a group, proposed by the statistician and approved by the chair."""
    seen = in_force.settings_in_force(group).version()
    statistician, chair = (Person.objects.get(role=role) for role in (Role.STATISTICIAN, Role.CHAIR))
    asked = in_force.propose(Save(statistician), group, settings, reason, seen)
    in_force.approve(Save(chair), asked, reason)
