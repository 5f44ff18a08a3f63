"""How complete and how sound the data of each site are: one line a site, by a fixed number of statements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Count

from capture.conduct import signing, verification
from capture.conduct.holds import InTheWay, in_the_way
from capture.expedited import clocks
from trial.models import (
    Deviation,
    DueItem,
    Participant,
    Person,
    Query,
    ScreenFailure,
    Site,
)
from trial.record import access, site_clock
from trial.rules.safety import expedited_reports

# The days from a visit to its entry are those of the visits of this many days.
LATELY_DAYS = 180


@dataclass
class OfSite:
    """One site; None where there is nothing to tell of. Ages are in days, shares whole numbers of whole numbers."""

    site: Site
    screened: int = 0
    registered: int = 0
    failures: int = 0
    overdue: int = 0
    missed: int = 0
    waiting: int = 0
    answered: int = 0
    closed: int = 0
    ages: list[int] = field(default_factory=list)
    days_to_entry: float | None = None
    entries: int = 0
    verified: int = 0
    before_lock: InTheWay = InTheWay((), ())
    deviations: int = 0
    reports_overdue: int = 0
    reports_late: int = 0

    @property
    def median_age(self) -> float | None:
        """Of the queries that are not closed."""
        return median(self.ages) if self.ages else None

    @property
    def oldest(self) -> int | None:
        """Of the same."""
        return max(self.ages, default=None)

    @property
    def signed(self) -> int:
        """Registered participants whose casebook is signed as it stands."""
        return self.registered - len(self.before_lock.casebooks)

    @property
    def changed(self) -> int:
        """Those whose casebook was changed since it was signed."""
        return sum(state == signing.CHANGED for _, state in self.before_lock.casebooks)

    @property
    def in_the_way(self) -> list[str]:
        """What a lock of the site would be refused for, or should not be asked before; empty: it is ready."""
        found = [(len(self.before_lock.casebooks), "not signed"), (len(self.before_lock.queries), "queries not closed"),
                 (self.overdue, "overdue"), (self.reports_overdue, "reports overdue"),
                 (self.entries - self.verified, "entries not verified")]  # fmt: skip
        return [f"{words}: {count}" for count, words in found if count > 0]


@dataclass(frozen=True)
class Quality:
    """Every site that a person reads, why screenings failed, and deviations by kind: (words, count)."""

    sites: list[OfSite]
    failures: list[tuple[str, int]]
    deviations: list[tuple[str, int]]


def quality(person: Person, now: datetime) -> Quality:
    """As it stands now, each site on its own day; people registered in error are in no count."""
    found = {site.pk: OfSite(site) for site in access.sites_for(person).order_by("code")}
    of_sites = access.counted(access.participants_for(person))
    people = list(of_sites)
    registered = [each for each in people if each.number]
    _enrolled(found, people)
    _due(found, of_sites)
    _queries(found, of_sites, now)
    _to_entry(found, people, now)
    _verified(found, registered)
    way = in_the_way(of_sites)
    for key, each in found.items():
        each.before_lock = way.of_site(key)
    _reports(found, registered, now)
    failures = ScreenFailure.objects.standing().filter(participant__in=of_sites)
    deviations = Deviation.objects.standing().filter(participant__in=of_sites)
    _add(found, failures, "failures")
    _add(found, deviations, "deviations")
    return Quality(list(found.values()), _by(failures, "reason"), _by(deviations, "kind"))


Sites = dict[int, OfSite]


def _enrolled(found: Sites, people: Sequence[Participant]) -> None:
    for each in people:
        found[each.site_id].screened += 1
        found[each.site_id].registered += bool(each.number)


def _by(rows: Any, name: str) -> list[tuple[str, int]]:
    """The words of each code with how many rows have it, most first."""
    words = dict(rows.model._meta.get_field(name).flatchoices)
    counted = Counter(dict(rows.values_list(name).annotate(count=Count("pk")).order_by()))
    return [(words.get(code, code), count) for code, count in counted.most_common()]


def _due(found: Sites, of_sites: Any) -> None:
    """One statement for each day that it is at some site."""
    by_day: dict[Any, list[int]] = {}
    for each in found.values():
        by_day.setdefault(site_clock.today_at(each.site), []).append(each.site.pk)
    for today, sites in by_day.items():
        items = DueItem.objects.filter(participant__in=of_sites, participant__site__in=sites)
        _add(found, items.filter(DueItem.overdue(today)), "overdue")
        _add(found, items.filter(missed_from__lte=today, repeats_days=None), "missed")


def _queries(found: Sites, of_sites: Any, now: datetime) -> None:
    rows = Query.objects.standing().filter(participant__in=of_sites)
    for site, state, raised_at in rows.values_list("participant__site", "state", "raised_at"):
        if state in Query.NOT_CLOSED:
            found[site].ages.append((now - raised_at).days)
        found[site].waiting += state in Query.FOR_SITE
        found[site].answered += state == Query.State.ANSWERED
        found[site].closed += state == Query.State.CLOSED


def _to_entry(found: Sites, people: Sequence[Participant], now: datetime) -> None:
    """The median of days from a visit of these people to the change that entered it."""
    since = now.date() - timedelta(LATELY_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.site_id, percentile_cont(0.5) WITHIN GROUP
                (ORDER BY (c.at AT TIME ZONE s.time_zone)::date - t.visited_on)
            FROM trial_visit t JOIN trial_participant p ON p.id = t.participant_id JOIN trial_site s ON s.id = p.site_id
            CROSS JOIN LATERAL (SELECT v.change_id FROM trial_version v WHERE v.table_name = 'trial_visit'
                AND v.row_id = t.id ORDER BY v.change_id LIMIT 1) first
            JOIN trial_change c ON c.id = first.change_id
            WHERE t.struck_out_reason = '' AND p.id = ANY(%s) AND t.visited_on >= %s GROUP BY p.site_id""",
            [[each.pk for each in people], since],
        )
        for site, days in cursor.fetchall():
            found[site].days_to_entry = days


def _verified(found: Sites, registered: Sequence[Participant]) -> None:
    """Entries of the plan of verification, and those verified as a whole and unchanged since."""
    site_of = {each.pk: found[each.site_id] for each in registered}
    for participant, (entries, verified) in verification.progress(registered).items():
        site_of[participant].entries += entries
        site_of[participant].verified += verified


def _add(found: Sites, rows: Any, name: str, path: str = "participant__site") -> None:
    for site, count in rows.values_list(path).annotate(count=Count("pk")).order_by():
        setattr(found[site], name, getattr(found[site], name) + count)


def _reports(found: Sites, registered: Sequence[Participant], now: datetime) -> None:
    for each in clocks.clocks_of(registered, now):
        found[each.participant.site_id].reports_overdue += each.clock.state == expedited_reports.OVERDUE
        found[each.participant.site_id].reports_late += each.clock.state == expedited_reports.LATE
