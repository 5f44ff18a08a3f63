"""`manage.py load_demo`: 93 synthetic participants at 6 sites, entered through the services that people use.

Every step of the story is one Change that names the participant's place in the story, so that an interrupted load is
taken up at the very step where it ended, with the dates of the day on which it began.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from capture.demo.accounts import PASSWORD, PEOPLE, SITES
from capture.demo.cohort import cohort
from capture.demo.entering import Desk, Entry, enter
from capture.demo.samples import ANALYTES, NORMAL
from capture.demo.story import story
from capture.participants import due_dates
from trial import protocol
from trial.models import (
    Change,
    Delegation,
    GroupSettings,
    Laboratory,
    LaboratoryRange,
    Participant,
    Person,
    SettingsProposal,
    Site,
    Training,
)
from trial.record import access, changes, in_force, versions_in_force
from trial.record.save import Save

PLACES_LEFT, PLACES_WHY = 10, "Places left to try registering"
# How often the load says how far it is.
PARTS = 20
MARK = ", demo "


class Command(BaseCommand):
    """Refuses production, and a study that holds anyone but its own cohort; goes on where an interrupted load ended."""

    help = "Load the demo cohort into an empty study."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--participants", type=int, default=None, help="number of participants (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Creates sites and accounts, then enters the story from where it stands."""
        if settings.PRODUCTION:
            raise CommandError("The demo cohort is not loaded in production.")
        if Participant.objects.exists() and not _entered().exists():
            self.stdout.write("The study already holds participants: the demo cohort was not loaded.")
            return
        desk = Desk(load_people(), Person.objects.get(username="chris"))
        with connection.cursor() as cursor:
            # A commit that a crash loses is entered again.
            cursor.execute("SET synchronous_commit = off")
        with due_dates.put_off():
            self._go_on(desk, options["participants"])
        leave_places()

    def _go_on(self, desk: Desk, most: int | None) -> None:
        """Enters every step that is not on record yet; `most`: only the first so many participants."""
        today, done = began_on(), steps_done(desk)
        sites = {each.key: each.site for each in cohort(today, SITE_CODES)}
        steps = list(story(today, SITE_CODES, most))
        for place, (key, step) in enumerate(steps):
            if place % (len(steps) // PARTS + 1) == 0:
                self.stdout.write(f"  {100 * place // len(steps)}% of {len(steps)} entries")
                self.stdout.flush()
            if done[key] > 0:
                done[key] -= 1
                continue
            enter(Entry(desk, key, sites.get(key, ""), step))


SITE_CODES = tuple(code for code, _ in SITES)


def _entered() -> QuerySet[Change]:
    return Change.objects.filter(version_of_program__contains=MARK).order_by("id")


def began_on() -> date:
    """The day on which the load began: today, unless an earlier load was interrupted."""
    first = _entered().first()
    return (first.at if first else timezone.now()).date()


def steps_done(desk: Desk) -> Counter[str]:
    """How many steps of each key are on record; the participants entered so far are put on the desk."""
    done: Counter[str] = Counter()
    for change in _entered().select_related("participant"):
        key = change.version_of_program.partition(MARK)[2]
        done[key] += 1
        if change.participant is not None:
            desk.participants[key] = change.participant
    return done


def leave_places() -> None:
    """The cohort fills both groups; its statistician and chair leave places, so that registering can be tried."""
    stella, chris = (Save(Person.objects.get(username=name), wakes=False) for name in ("stella", "chris"))
    for group in protocol.GROUPS:
        if not GroupSettings.objects.filter(group=group.code).exists():
            stated = protocol.settings_of(group.code)
            more = replace(stated, accrual_ceiling=group.ceiling + PLACES_LEFT)
            asked = SettingsProposal.objects.filter(group=group.code, state=SettingsProposal.State.PROPOSED,
                                                    proposed_because=PLACES_WHY).first()  # fmt: skip
            in_force.approve(chris, asked or in_force.propose(stella, group.code, more, PLACES_WHY, stated.version()),
                             PLACES_WHY)  # fmt: skip


def load_people() -> dict[str, Person]:
    """Sites and accounts; returns the coordinator of each site by its code."""
    sites = {site.code: site for site in Site.objects.all()}
    if not sites:
        with changes.record(None, "system", "demo sites"):
            sites = {code: Site.objects.create(code=code, name=name, country="USA") for code, name in SITES}
            for site in sites.values():
                versions_in_force.open_site(None, site)
                _declare_laboratory(site)
    if Person.objects.filter(username__in=[each.username for each in PEOPLE]).count() < len(PEOPLE):
        with changes.record(None, "system", "demo accounts"):
            _create_people(sites)
    if not Delegation.objects.exists():
        _delegate_investigators(sites)
    _train()
    return {each.site: Person.objects.get(username=each.username) for each in PEOPLE if each.role == "coordinator"}


def _declare_laboratory(site: Site) -> None:
    from_on = date(protocol.constant("first_year"), 1, 1)
    laboratory = Laboratory.objects.create(site=site, name=f"{site.name}, central laboratory")
    LaboratoryRange.objects.bulk_create(
        LaboratoryRange(laboratory=laboratory, from_on=from_on, analyte=analyte, unit=unit, lower_limit=Decimal(low),
                        upper_limit=Decimal(high))
        for analyte, unit, low, high, *_ in (*ANALYTES, *NORMAL)
    )  # fmt: skip


def _create_people(sites: dict[str, Site]) -> None:
    for each in PEOPLE:
        person = Person.objects.filter(username=each.username).first()
        if person is None:
            person = Person.objects.create_person(each.username, PASSWORD, full_name=each.full_name, role=each.role)
            person.all_sites = each.role == "monitor"
            person.mail_address = f"{each.username}@demo.example"  # reserved for examples: nobody reads there
            person.save()
        if each.site:
            person.sites.add(sites[each.site])


def _delegate_investigators(sites: dict[str, Site]) -> None:
    from_on = timezone.now().date() - timedelta(days=3 * 365)
    with changes.record(None, "system", "demo delegations"):
        for person in Person.objects.filter(role="investigator"):
            for site in person.sites.all():
                Delegation.objects.create(person=person, site=sites[site.code], from_on=from_on)


def _train() -> None:
    """Everybody who enters is trained, also where the demo was loaded by an earlier version."""
    untrained = Person.objects.filter(role__in=access.ENTERS, trainings=None)
    if not untrained:
        return
    on = timezone.now().date() - timedelta(days=3 * 365)
    with changes.record(None, "system", "demo trainings"):
        for person in untrained:
            Training.objects.create(person=person, role=person.role, what="Protocol and data capture", trained_on=on)
