"""`manage.py load_demo`: 93 synthetic participants at 6 sites, entered through the services that people use."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from capture.demo.cohort import DemoParticipant, DemoScan, cohort
from capture.demo.people import PASSWORD, PEOPLE, SITES
from capture.services import assessments, dosing, registration
from trial import changes, protocol
from trial.models import Participant, Person, Site
from trial.partial_date import PartialDate


class Command(BaseCommand):
    """Refuses a database that already holds participants, and production."""

    help = "Load the demo cohort into an empty study."

    def handle(self, *args: Any, **options: Any) -> None:
        """Creates sites and accounts, then the cohort in order of registration."""
        if getattr(settings, "IS_PRODUCTION", False):
            raise CommandError("The demo cohort is not loaded in production.")
        if Participant.objects.exists():
            self.stdout.write("The study already holds participants: the demo cohort was not loaded.")
            return
        people = load_people()
        made = cohort(timezone.now().date(), tuple(code for code, _ in SITES))
        for done, person in enumerate(made, start=1):
            load_participant(person, people[person.site])
            if done % 20 == 0:
                self.stdout.write(f"  {done} of {len(made)} participants")


def load_people() -> dict[str, Person]:
    """Sites and accounts; returns the coordinator of each site by its code."""
    with changes.record(None, "system", "demo sites"):
        sites = {code: Site.objects.create(code=code, name=name) for code, name in SITES}
    coordinators = {}
    for each in PEOPLE:
        person = Person.objects.create_person(each.username, PASSWORD, full_name=each.full_name, role=each.role)
        if each.site:
            person.sites.add(sites[each.site])
        if each.role == "coordinator":
            coordinators[each.site] = person
    return coordinators


def load_participant(made: DemoParticipant, coordinator: Person) -> Participant:
    """Screens, registers, doses and scans one synthetic participant."""
    site = coordinator.sites.get(code=made.site)
    participant = registration.screen_and_register(
        coordinator, site, _details(made), _answers(made.consented_on), made.registered_on
    )
    if made.course != "never_dosed":
        _baseline(participant, coordinator, made)
    for number, (started_on, course) in enumerate(made.cycles, start=1):
        dosing.save_cycle(coordinator, participant, number, started_on, _periods(course), dispensed=112,
                          returned={"planned": 0, "reduced": 28, "held": 28}[course])  # fmt: skip
    for scan in made.scans:
        _follow_up(participant, coordinator, scan)
    return participant


def _details(made: DemoParticipant) -> dict[str, Any]:
    born = made.born_on
    return {
        "consented_on": made.consented_on,
        "born_on": PartialDate(born.year, born.month, born.day),
        "sex": made.sex,
        "race": "white",
        "ethnicity": "not_hispanic",
        "ecog": made.ecog,
        "tumour_type": made.tumour_type,
        "histology": made.histology,
    }


def _answers(measured_on: date) -> dict[str, registration.Answer]:
    from decimal import Decimal

    values = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
    return {
        item.code: registration.Answer(
            met=True,
            value=Decimal(values[item.code]) if item.is_laboratory else None,
            measured_on=measured_on if item.is_laboratory else None,
        )
        for item in protocol.ELIGIBILITY
    }


def _periods(course: str) -> list[dosing.Period]:
    if course == "reduced":
        return [dosing.Period(1, 14, 400, "twice_daily", ""),
                dosing.Period(15, 28, 400, "once_daily", "hand-foot skin reaction")]  # fmt: skip
    if course == "held":
        return [dosing.Period(1, 21, 400, "twice_daily", ""),
                dosing.Period(22, 28, 0, "held", "diarrhoea")]  # fmt: skip
    return [dosing.Period(1, 28, 400, "twice_daily", "")]


def _baseline(participant: Participant, coordinator: Person, made: DemoParticipant) -> None:
    targets = [assessments.NewLesion(each.organ, f"lesion {n}", each.longest_diameter_mm)
               for n, each in enumerate(made.lesions, start=1)]  # fmt: skip
    non_targets = [assessments.NewLesion("bone", "spine", None)] if len(made.lesions) > 3 else []
    assessments.save_baseline(coordinator, participant, made.consented_on, "spiral_ct", 5, "not_done", targets,
                              non_targets)  # fmt: skip


def _follow_up(participant: Participant, coordinator: Person, scan: DemoScan) -> None:
    lesions = list(participant.lesions.order_by("id"))
    targets = [lesion for lesion in lesions if lesion.kind == "target"]
    readings = [_reading(lesion.pk, millimetres) for lesion, millimetres in
                zip(targets, scan.millimetres, strict=True)]  # fmt: skip
    gone = all(millimetres == 0 for millimetres in scan.millimetres)
    readings += [assessments.Reading(lesion.pk, "absent" if gone else "present", None, "", None)
                 for lesion in lesions if lesion.kind != "target"]  # fmt: skip
    assessments.save_follow_up(
        coordinator, participant, scan.on, "spiral_ct", 5, "not_done", readings,
        "yes" if scan.new_lesion else "no", new_lesion_on=scan.on if scan.new_lesion else None,
        new_lesion_description="liver, segment 7" if scan.new_lesion else "",
    )  # fmt: skip


def _reading(lesion_id: int, millimetres: Any) -> assessments.Reading:
    if millimetres is None:
        return assessments.Reading(lesion_id, "not_evaluated", None, "motion artefact", None)
    if millimetres == 0:
        return assessments.Reading(lesion_id, "absent", None, "", None)
    return assessments.Reading(lesion_id, "measured", millimetres, "", None)
