"""The tables of a group, recounted from the exported files by rules written anew here."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analysis.results.recompute import recompute
from analysis.views.panels import panel
from capture.exchange.exporting.export import export
from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.protocol import ctcae_v3

TWO_YEARS = timedelta(days=731)
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture
def files(template_database: str, tmp_path: Path) -> Iterator[Rows]:
    """Study number → rows that are not struck out, by file, of the first participants of the demo cohort."""
    with another_database(template_database, demo_database(participants=12)):
        export("csv", tmp_path)
        found: Rows = {}
        for path in tmp_path.glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                found[path.stem] = [row for row in csv.DictReader(file) if not row.get("struck_out_reason")]
        yield found


def _of(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    by_number = defaultdict(list)
    for row in rows:
        by_number[row["study_number"]].append(row)
    return by_number


def _first_and_last(text: str) -> tuple[date, date]:
    """The days that `2024-06` or `2024-06-01` can mean."""
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    if day:
        return date(year, month, day), date(year, month, day)
    first = date(year, month or 1, 1)
    after = date(year + 1, 1, 1) if not month or month == 12 else date(year, month + 1, 1)
    return first, after - timedelta(days=1)


class Counted:
    """One participant of the files."""

    def __init__(self, files: dict[str, dict[str, list[dict[str, str]]]], row: dict[str, str]) -> None:
        number = row["study_number"]
        self.number, self.row = number, row
        self.registered_on = date.fromisoformat(row["registered_on"])
        started = {each["entry"]: date.fromisoformat(each["started_on"]) for each in files["cycles"][number]}
        taken = [each for each in files["dosing_periods"][number] if int(each["dose_mg"]) > 0]
        days = [started[each["cycle"]] + timedelta(days=int(each[end]) - 1)
                for each in taken for end in ("from_day", "to_day")]  # fmt: skip
        self.first_dose, self.last_dose = min(days, default=None), max(days, default=None)
        self.deaths = files["death"][number]
        self.off = files["off_treatment"][number]
        self.events = [each for each in files["adverse_event"][number] if self._counts(each, files, number)]

    def _counts(self, event: dict[str, str], files: dict[str, Any], number: str) -> bool:
        """Begun since the first dose and within two years; of what was there before, only a higher grade."""
        if self.first_dose is None:
            return False
        if event["onset_on"]:
            first, last = _first_and_last(event["onset_on"])
            if last < self.first_dose or first > self.registered_on + TWO_YEARS:
                return False
        by_entry = {each["entry"]: each for each in files["adverse_event"][number]}
        before, earlier = event, [event]
        while (before := by_entry.get(before["continues"])) is not None:
            earlier.append(before)
        there = [each for each in earlier if each["present_at_baseline"] == "yes" or (
            each["onset_on"] and _first_and_last(each["onset_on"])[1] < self.first_dose)]  # fmt: skip
        if not there:
            return True
        same = there[0] is event
        grades = event["grade"], there[0]["grade"]
        return not same and (not all(grades) or int(grades[0]) > int(grades[1]))


def _group(files: Rows, group: str) -> list[Counted]:
    by_number = {name: _of(rows) for name, rows in files.items() if rows and "study_number" in rows[0]}
    for name in ("findings", "death", "off_treatment", "adverse_event"):
        by_number.setdefault(name, defaultdict(list))
    in_error = {row["study_number"] for row in files["findings"] if row["kind"] == "in_error"}
    return [Counted(by_number, row) for row in files["registration"]
            if row["study_number"] and row["group"] == group and row["study_number"] not in in_error]  # fmt: skip


def _severe(event: dict[str, str]) -> bool:
    return bool(event["grade"]) and int(event["grade"]) >= 3


def _related(event: dict[str, str]) -> bool:
    return bool(event["attribution"]) and int(event["attribution"]) >= 3


def _serious(event: dict[str, str]) -> bool:
    return event["seriousness"] not in ("", "no")


def _rows(answer: dict[str, Any]) -> dict[str, int]:
    return {row["label"]: len(row["participants"]) for row in answer["rows"]}


def _with(people: list[Counted], counts: Any) -> int:
    return sum(any(counts(event) for event in each.events) for each in people)


@pytest.mark.timeout(300)  # participants are entered through the services, as people enter them
def test_the_tables_of_a_group_equal_a_recount_from_the_exported_files(files: Rows) -> None:
    seen = 0
    for group in "AB":
        recompute(group)
        ends = panel(group).answer["endpoints"]
        people = _group(files, group)
        treated = [each for each in people if each.first_dose]
        assert ends["accrual"]["registered"] == len(people) > 2

        flow = _rows(ends["flow"])
        assert (flow["registered"], flow["treated"]) == (len(people), len(treated))
        assert flow["on treatment"] == sum(not each.off for each in treated)

        first = ends["baseline"]
        full = [each for each in people if len(each.row["born_on"]) == 10]
        ages = [_age(date.fromisoformat(each.row["born_on"]), each.registered_on) for each in full]
        assert Counter(ages) <= Counter(first["ages"]), "of a partial date of birth the age can be known too"
        for column, variable, code, words in (("sex", "Sex", "female", "Female"), ("ecog", "ECOG", "1", "1"),
                                              ("race", "Race", "white", "White")):  # fmt: skip
            assert _rows(first)[f"{variable}: {words}"] == sum(each.row[column] == code for each in people)

        died = ends["deaths_and_serious"]
        assert _rows(died)["died of any cause"] == sum(bool(each.deaths) for each in people)
        causes = [each.deaths[0]["cause"] for each in people if each.deaths]
        assert _rows(died)["cause: malignant disease"] == causes.count("disease")
        exact = {each.number: (date.fromisoformat(each.deaths[0]["died_on"]) - each.last_dose).days for each in treated
                 if each.deaths and len(each.deaths[0]["died_on"]) == 10}  # fmt: skip
        listed = {row["number"]: row["days_from_last_dose"] for row in died["deaths"]}
        assert {number: listed[number] for number in exact} == exact
        assert _rows(died)["with a serious event"] == _with(treated, _serious)
        assert len(died["serious"]) == sum(_serious(event) for each in treated for event in each.events)

        events = ends["adverse_events"]
        assert events["numerator"] == _with(treated, lambda event: True)
        for row in events["categories"]:
            terms = {each["term"] for each in events["terms"]}
            inside = {term for term in terms if str(ctcae_v3.category_of(term)) == row["category"]}
            seen += _check(row, treated, lambda event, inside=inside: event["term"] in inside)
        for row in events["terms"]:
            wanted = (row["term"], row["select"])
            seen += _check(row, treated, lambda event, of=wanted, name=row["name"]: (
                (event["term"], event["select"]) == of and event["other_words"] in name))  # fmt: skip
    assert seen > 10


def _check(row: dict[str, Any], treated: list[Counted], of: Any) -> int:
    """Any grade, severe, related of one row of the table; returns how many participants it holds."""
    assert row["participants"] == _with(treated, of), row
    assert row["severe"] == _with(treated, lambda event: of(event) and _severe(event)), row
    assert row["related"] == _with(treated, lambda event: of(event) and _related(event)), row
    assert row["severe_related"] == _with(treated, lambda event: of(event) and _severe(event) and _related(event)), row
    return int(row["participants"])


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
