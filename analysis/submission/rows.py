"""The record of one moment → subjects to be tabulated, part by part, so that memory does not grow with the study."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from analysis.models import OutcomeThen, ParticipantOutcome
from analysis.results import moments
from analysis.results.recompute import newest_change, newest_result, recompute
from trial import models, protocol
from trial.models import Change
from trial.models.audit import last_change
from trial.protocol import GROUPS
from trial.record.rows import Asked as Rows
from trial.record.rows import Reader, Row
from trial.refused import Refused
from trial.tabulation.identity import usubjid
from trial.tabulation.subject import BELOW, TABLES, Subject

PART = 250
Outcomes = Mapping[str, Any]


@dataclass
class Snapshot:
    """The record at a change, or now (as_of None); change, at: that moment. site: only who is there; empty: all.

    counted: table → rows that were read of it, for the comparison with the database.
    """

    change: int
    at: datetime
    as_of: int | None
    cut: str = ""
    site: str = ""
    results: Mapping[str, int] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    struck_out: Counter[str] = field(default_factory=Counter)

    def subjects(self) -> Iterator[list[Subject]]:
        """Everyone who was screened, in order of identifier, so many at once."""
        read = Reader(self.as_of, is_whole=True)
        sites = {row["id"]: row for row in read.rows(models.Site, "struck_out_reason", [""])}
        everyone = self._identified(read, sites)
        for start in range(0, len(everyone), PART):
            part = everyone[start : start + PART]
            yield self._part(read, part, sites)

    def _identified(self, read: Reader, sites: Mapping[int, Row]) -> list[tuple[str, str, Row]]:
        """(identifier, code of the site of the screening, row) of each participant, in this order."""
        rows = [row for row in read.rows(models.Participant, "struck_out_reason", [""])
                if not self.site or sites[row["site_id"]]["code"] == self.site]  # fmt: skip
        first = first_sites([row["id"] for row in rows])
        found = []
        for row in rows:
            code = sites[first.get(row["id"], row["site_id"])]["code"]
            number = row["number"] or f"S-{row['screening_number']:04d}"
            found.append((usubjid(protocol.NUMBER_PREFIX, code, number), code, row))
        return sorted(found, key=lambda one: one[0])

    def _part(self, read: Reader, part: Sequence[tuple[str, str, Row]], sites: Mapping[int, Row]) -> list[Subject]:
        ids = [row["id"] for _, _, row in part]
        found = read.rows_of_each({_model(table): _asked(table, ids) for table in TABLES})
        of_each = {table: self._by_participant(table, found) for table in TABLES}
        outcomes = self._outcomes([row for _, _, row in part])
        return [
            Subject(
                participant=row, ever={table: of_each[table][row["id"]] for table in TABLES}, first_site=code,
                site=sites[row["site_id"]], as_of=self.at.astimezone(UTC).date(), outcome=outcomes.get(row["id"]),
            )
            for _, code, row in part
        ]  # fmt: skip

    def _by_participant(self, table: str, found: Mapping[Any, list[Row]]) -> dict[int, list[Row]]:
        rows, above = found[_model(table)], {}
        if table in BELOW:
            column, name = BELOW[table]
            above = {row["id"]: row["participant_id"] for row in found[_model(name)]}
        by: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            owner = row["id"] if table == "participant" else above[row[column]] if above else row["participant_id"]
            # An answer of the checklist is never struck out.
            row.setdefault("struck_out_reason", "")
            by[owner].append(row)
            self.counted[table] += 1
            self.struck_out[table] += bool(row["struck_out_reason"])
        return by

    def _outcomes(self, rows: Sequence[Row]) -> Mapping[int, Outcomes]:
        """The stored outcome of each registered participant. Raises Refused when one is missing."""
        numbers = {row["number"]: row["id"] for row in rows if row["number"]}
        if self.as_of is None:
            stored = ParticipantOutcome.objects.filter(participant_id__in=numbers.values())
            found = dict(stored.values_list("participant_id", "outcome"))
        else:
            then = OutcomeThen.objects.filter(result__in=self.results.values(), number__in=list(numbers))
            found = {numbers[number]: outcome for number, outcome in then.values_list("number", "outcome")}
        missing = [number for number, one in numbers.items() if one not in found]
        if missing:
            raise Refused(f"The results of {missing[0]} are not computed yet. Try again in a minute.")
        return found


def _model(table: str) -> Any:
    return getattr(models, TABLES[table])


def _asked(table: str, ids: Sequence[int]) -> Rows:
    if table == "participant":
        return Rows("id", ids)
    if table in BELOW:
        column, above = BELOW[table]
        return Rows("participant_id", ids, below=(column, _model(above)))
    return Rows("participant_id", ids)


def first_sites(ids: Sequence[int]) -> dict[int, int]:
    """Participant → the site in its first version: that of the screening."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (row_id) row_id, (row->>'site_id')::bigint FROM trial_version "
            "WHERE table_name = 'trial_participant' AND row_id = ANY(%s) ORDER BY row_id, change_id, id", [list(ids)]
        )  # fmt: skip
        return dict(cursor.fetchall())


def bring_up_to_date(asked: moments.Moment | None) -> dict[str, int]:
    """Computes what is missing of the moment's results, before it is read; group → result of a past moment."""
    if asked is None:
        for group in GROUPS:
            recompute(group.code)
        return {}
    return {group.code: moments.compute(group.code, asked).pk for group in GROUPS}


def snapshot_of(asked: moments.Moment | None, results: Mapping[str, int], site: str) -> Snapshot:
    """The moment as this transaction sees it. Raises Refused while results are behind the record."""
    change = Change.objects.get(id=asked.change if asked else last_change())
    if asked is None:
        for group in GROUPS:
            result = newest_result(group.code)
            if result is None or result.holds_to < newest_change(group.code):
                raise Refused(f"The results of group {group.code} are being computed. Try again in a minute.")
    as_of = asked.change if asked else None
    return Snapshot(change.id, change.at, as_of, asked.cut if asked else "", site, results)


def reconcile(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Table → rows on record and struck out; counted by the database on its own. Raises Refused on a difference."""
    counted = {}
    for table in TABLES:
        on_record = _count(table, snapshot)
        if on_record != snapshot.counted[table]:
            raise Refused(f"{table}: the database has {on_record} rows and {snapshot.counted[table]} were read.")
        counted[table] = {"rows": on_record, "struck_out": snapshot.struck_out[table]}
    return counted


def _count(table: str, snapshot: Snapshot) -> int:
    name = _model(table)._meta.db_table
    if snapshot.site:
        return snapshot.counted[table]
    with connection.cursor() as cursor:
        if snapshot.as_of is None:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
        else:
            cursor.execute("SELECT count(DISTINCT row_id) FROM trial_version WHERE table_name = %s AND change_id <= %s",
                           [name, snapshot.as_of])  # fmt: skip
        return int(cursor.fetchone()[0])
