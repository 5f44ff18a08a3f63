"""The table of expedited reports: every combination of it typed again by hand, and what a replaced table must be."""

from itertools import product

import pytest

from trial.refused import Refused
from trial.rules.safety import expedited_table
from trial.rules.safety.expedited_reports import EventAsKnown, demanded

NOTHING, TEN_DAYS, TWENTY_FOUR_HOURS = (None, None), (None, 10), (24, 5)
# Within 30 days of the last dose. Rows: grades 1 to 5. Columns, as CTEP protocols printed them: unexpected and in
# hospital (unrelated, related), unexpected and not in hospital, expected and in hospital, expected and not in hospital.
_, T, H = NOTHING, TEN_DAYS, TWENTY_FOUR_HOURS
WITHIN = (
    (_, _, _, _, _, _, _, _),
    (_, T, _, T, _, _, _, _),
    (T, T, _, T, T, T, _, _),
    (T, H, T, H, T, T, T, T),
    (T, H, T, H, T, T, T, T),
)
COLUMNS = tuple(product((False, True), (True, False), (False, True)))  # expected, hospital stay, related
CASES = [(grade, *column, WITHIN[grade - 1][place]) for grade in range(1, 6) for place, column in enumerate(COLUMNS)]
# More than 30 days after: only these ask for a report. grade, expected, hospital stay, related.
BEYOND = {
    (3, False, True, True): T, (4, False, True, True): H, (4, False, False, True): H, (5, False, True, True): H,
    (5, False, False, True): H, (5, True, True, True): T, (5, True, False, True): T,
}  # fmt: skip
HEADER = ",".join(expedited_table.COLUMNS)


def _asked(grade: int, expected: bool, stay: bool, related: bool, days: int) -> tuple[int | None, int | None]:
    found = demanded(EventAsKnown(grade, expected, stay, related, (days, days)), expedited_table.shipped())
    assert found.depends_on == ()
    rule = found.rule
    return (rule.notify_within_hours, rule.report_within_days) if rule else NOTHING


@pytest.mark.parametrize(("grade", "expected", "stay", "related", "asked"), CASES)
def test_each_of_the_forty_rows_within_30_days_asks_what_was_printed(
    grade: int, expected: bool, stay: bool, related: bool, asked: tuple[int | None, int | None]
) -> None:
    assert len(CASES) == 40
    assert _asked(grade, expected, stay, related, 0) == asked
    assert _asked(grade, expected, stay, related, 30) == asked


@pytest.mark.parametrize(("grade", "column"), list(product(range(1, 6), COLUMNS)))
def test_after_30_days_only_the_four_late_rows_ask(grade: int, column: tuple[bool, bool, bool]) -> None:
    assert _asked(grade, *column, 31) == BEYOND.get((grade, *column), NOTHING)
    assert _asked(grade, *column, 400) == BEYOND.get((grade, *column), NOTHING)


def test_a_rule_says_in_words_when_it_applies_and_what_it_asks() -> None:
    rule = next(each for each in expedited_table.shipped() if each.notify_within_hours and each.grade == 4)
    assert rule.condition == "grade 4, unexpected, related, days 0 to 30 after the last dose"
    assert rule.demand == "notification within 24 hours, complete report within 5 calendar days of it"


def test_a_table_written_out_and_read_again_is_the_same() -> None:
    rules = expedited_table.shipped()
    assert expedited_table.from_cells([dict(each.as_cells()) for each in rules]) == rules


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0,30,6,any,any,any,,10", "Line 2: grade is 1 to 5."),
        ("0,30,3,maybe,any,any,,10", "expectedness is one of expected, unexpected, any, not “maybe”."),
        ("0,30,3,any,any,any,24,", "report_within_days is a whole number, not “”."),
        ("0,30,3,any,any,any,0,5", "notify_within_hours is more than 0."),
        ("0,,3,any,yes,any,,10\n31,,3,any,any,any,24,5", "Two rules apply to the same event"),
        ("", "The table has no rules."),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(line: str, words: str) -> None:
    with pytest.raises(Refused, match=words.replace(".", r"\.")):
        expedited_table.read([f"{HEADER}\n", *(f"{each}\n" for each in line.splitlines())])
    with pytest.raises(Refused, match="The header lacks grade"):
        expedited_table.read(["from_day,to_day\n"])
