"""`manage.py load_demo`: 93 synthetic participants at 6 sites, entered through the services that people use."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from capture.casebook import ENTRY_FORMS
from capture.demo.cohort import DemoParticipant, DemoScan, cohort
from capture.demo.people import PASSWORD, PEOPLE, SITES
from capture.demo.second_half import entries_of
from capture.services import assessments, correction, dosing, entries, registration
from trial import changes, protocol
from trial.models import Delegation, Participant, Person, Site, Waiver
from trial.partial_date import PartialDate


class Command(BaseCommand):
    """Refuses production, and a study that holds anyone but its own cohort; goes on where an interrupted load ended."""

    help = "Load the demo cohort into an empty study."

    def add_arguments(self, parser: Any) -> None:
        """A smaller cohort for a quick look; the first so many of the same order."""
        parser.add_argument("--participants", type=int, default=None, help="only the first so many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Creates sites and accounts, then the cohort in order of registration."""
        if settings.PRODUCTION:
            raise CommandError("The demo cohort is not loaded in production.")
        registered = Participant.objects.filter(number__isnull=False).count()
        if registered and not Person.objects.filter(username=PEOPLE[0].username).exists():
            self.stdout.write("The study already holds participants: the demo cohort was not loaded.")
            return
        with changes.quietly():
            self._load(registered, options["participants"])

    def _load(self, registered: int, most: int | None) -> None:
        """`registered`: how many an interrupted load had entered before; `most`: stop after the first so many."""
        today = timezone.now().date()
        people = load_people()
        made = cohort(today, tuple(code for code, _ in SITES))[:most]
        for place, each in enumerate(made, start=1):
            if place <= registered:
                continue
            participant = load_participant(each, people[each.site])
            load_second_half(participant, each, people[each.site], place, today)
            if place % 20 == 0:
                self.stdout.write(f"  {place} of {len(made)} participants")
        if not Waiver.objects.exists():
            load_oddities(people)


def load_second_half(
    participant: Participant, made: DemoParticipant, coordinator: Person, place: int, today: date
) -> None:
    """Enters visits, events, hormones, medication and the end of treatment; nobody sat in front of the soft checks."""
    for each in entries_of(made, place, today):
        entries.save(coordinator, participant, ENTRY_FORMS[each.kind], each.values, lines=each.lines)


def load_oddities(people: dict[str, Person]) -> None:
    """What a real study has too: findings, a waiver asked for, a correction, a struck-out entry."""
    nora = people["NORTH"]
    ours = Participant.objects.filter(site__code="NORTH", number__isnull=False).order_by("number")
    for participant, kind, because in zip(
        ours, ("ineligible", "in_error"), ("Histology review: high grade", "Registered twice by mistake"), strict=False
    ):
        assert participant.registered_on is not None
        registration.record_finding(nora, participant, kind, participant.registered_on, because)
    third = ours.last()
    assert third is not None
    correction.correct_participant(nora, third, {"primary_site": "ileum"}, "New or corrected source document")
    deviation = {"happened_on": third.registered_on, "kind": "assessment", "description": "Scan 9 days late",
                 "action": "Radiology reminded"}  # fmt: skip
    row = entries.save(nora, third, ENTRY_FORMS["deviation"], deviation)
    entries.strike_out(nora, third, ENTRY_FORMS["deviation"], row, "Entered for the wrong participant")
    made = cohort(timezone.now().date(), ("NORTH",))[0]
    answers = {**_answers(made.consented_on), "no_other_cancer": registration.Answer(met=False)}
    screened = registration.screen(nora, nora.sites.get(), {**_details(made), "ecog": 2}, answers)
    registration.request_waiver(nora, screened, "Prostate cancer treated five years ago, no sign of it since.")


def load_people() -> dict[str, Person]:
    """Sites and accounts; returns the coordinator of each site by its code."""
    sites = {site.code: site for site in Site.objects.all()}
    if not sites:
        with changes.record(None, "system", "demo sites"):
            sites = {code: Site.objects.create(code=code, name=name) for code, name in SITES}
    if Person.objects.filter(username__in=[each.username for each in PEOPLE]).count() < len(PEOPLE):
        with changes.record(None, "system", "demo accounts"):
            _create_people(sites)
    if not Delegation.objects.exists():
        _delegate_investigators(sites)
    return {each.site: Person.objects.get(username=each.username) for each in PEOPLE if each.role == "coordinator"}


def _create_people(sites: dict[str, Site]) -> None:
    for each in PEOPLE:
        person = Person.objects.filter(username=each.username).first()
        if person is None:
            person = Person.objects.create_person(each.username, PASSWORD, full_name=each.full_name, role=each.role)
        if each.site:
            person.sites.add(sites[each.site])


def _delegate_investigators(sites: dict[str, Site]) -> None:
    from_on = timezone.now().date() - timedelta(days=3 * 365)
    with changes.record(None, "system", "demo delegations"):
        for person in Person.objects.filter(role="investigator"):
            for site in person.sites.all():
                Delegation.objects.create(person=person, site=sites[site.code], from_on=from_on)


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
