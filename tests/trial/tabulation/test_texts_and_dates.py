"""Text in ASCII and in parts; study days, epochs and ages from what is certain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as made

from trial.refused import Refused
from trial.rules.dates.partial_date import age, from_stored
from trial.tabulation import dates, texts
from trial.tabulation.declarations import DataSet, Variable
from trial.tabulation.identity import places, usubjid
from trial.tabulation.sdtm.events import aware_at
from trial.tabulation.subject import Subject


@pytest.mark.parametrize(("text", "written"), [
    ("plain", "plain"), ("é" * 150, "e" * 150), ("Łódź", "Lodz"), ("≥ 2 µg – ’a’", ">= 2 ug - 'a'"), ("ﬁne", "fine"),
    ("−3.4%", "-3.4%"),
])  # fmt: skip
def test_letters_that_have_a_replacement_are_written_in_ascii(text: str, written: str) -> None:
    assert texts.in_ascii(text) == written


def test_a_letter_without_a_replacement_is_refused_and_named() -> None:
    with pytest.raises(Refused, match="“漢” in “Dr 漢”"):
        texts.in_ascii("Dr 漢")


def test_ends_of_lines_become_a_blank() -> None:
    assert texts.one_line("a\r\nb\n\nc\td") == "a b c d" and texts.one_line("a  b") == "a  b"


@pytest.mark.parametrize(("text", "parts"), [
    ("a" * 200, ["a" * 200]), ("a" * 201, ["a" * 200, "a"]), ("a" * 199 + " b", ["a" * 199, "b"]),
    ("a" * 200 + " b", ["a" * 200, "b"]), ("é" * 150, ["é" * 100, "é" * 50]), ("", [""]),
])  # fmt: skip
def test_a_long_text_is_cut_between_words_where_it_can_be(text: str, parts: list[str]) -> None:
    assert texts.split(text) == parts


@pytest.mark.parametrize("letter", ["°", "⑽", "㏂", "½", "é", "™"])
@pytest.mark.parametrize("count", [40, 50, 67, 200])
def test_no_letter_makes_a_text_too_long_for_the_file(letter: str, count: int) -> None:
    text = letter * count
    one = DataSet("XX", "Test", "EVENTS", "One record", (), lambda _: [{"TERM": text}], (Variable("TERM", "Term"),))
    subject = Subject({}, {}, {}, "NORTH", date(2026, 9, 1))
    [(first,)] = one.values(subject)
    parts = [first, *(part for _, _, rest in one.overflow(subject) for part in rest)]
    assert all(len(texts.without_accents(part).encode()) <= 200 for part in parts) and "".join(parts) == text


@given(made.text(alphabet="ab é≥漢 ", max_size=900))
def test_no_part_is_too_long_and_no_letter_is_lost(text: str) -> None:
    parts = texts.split(text)
    assert all(len(part.encode()) <= 200 for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_there_is_no_study_day_0_and_none_of_a_partial_date() -> None:
    reference = date(2026, 1, 12)
    found = [dates.study_day(dtc, reference) for dtc in ("2026-01-12", "2026-01-11", "2026-01-13", "2026-01", None)]
    assert found == [1, -1, 2, None, None] and dates.study_day("2026-01-12", None) is None


def test_the_epoch_of_a_partial_date_is_known_where_it_cannot_lie_in_two() -> None:
    elements = [("2026-01-05", "SCREENING"), ("2026-01-12", "TREATMENT"), ("2026-06-01", "FOLLOW-UP")]
    asked = ("2026-01-04", "2026-01-05", "2026-01-12", "2026-03", "2026-01", "2026", None)
    assert [dates.epoch(dtc, elements) for dtc in asked] == [
        None, "SCREENING", "TREATMENT", "TREATMENT", None, None, None
    ]  # fmt: skip


@pytest.mark.parametrize(("born", "years"), [
    ("1950-03-02", 75), ("1950-03-03", 75), ("1950-03-04", 75), ("1950", None), ("1950-03", None), ("1950-02", 76),
    (None, None),
])  # fmt: skip
def test_the_age_is_whole_years_or_unknown(born: str | None, years: int | None) -> None:
    on = "2026-03-01" if born != "1950-02" else "2026-03-02"
    assert age(from_stored(born) if born else None, date.fromisoformat(on)) == years


@pytest.mark.parametrize(("on", "time", "offset", "written"), [
    ("2026-03-08", "17:30:00", "UTC-04:00", "2026-03-08T17:30-04:00"),
    ("2026-03-08", "17:30:00", "UTC", "2026-03-08T17:30Z"),
    ("2026-03-08", None, "UTC", "2026-03-08"), (None, None, "UTC", ""),
])  # fmt: skip
def test_when_a_site_became_aware_is_told_with_its_zone(on: str, time: str, offset: str, written: str) -> None:
    assert aware_at({"aware_on": on, "aware_time": time, "aware_offset": offset}) == written


def test_an_identifier_names_study_site_and_number_once() -> None:
    assert usubjid("NET", "NORTH", "NET-001") == "NET-NORTH-001"
    assert usubjid("NET", "NORTH", "S-0004") == "NET-NORTH-S-0004"


def test_ranks_count_every_row_ever() -> None:
    assert places([{"id": 9}, {"id": 4}, {"id": 30}]) == {4: 1, 9: 2, 30: 3}
