"""The same facts give the same answers: entered in any order, wrong at first, or brought in as files."""

import json
import os
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analysis.endpoints.figures import figure
from analysis.endpoints.registry import ENDPOINTS
from analysis.models import ParticipantOutcome
from analysis.results.recompute import recompute
from analysis.views.panels import panel
from tests.cast import person
from tests.lives import desk
from tests.lives.drawn import LAST_DAY, WAIVED, Life, lives
from tests.plugin_postgres import another_database
from trial.models import Role, Site
from trial.record import changes

pytestmark = [pytest.mark.requirement("R46"), pytest.mark.timeout(600)]

# Four lives of one seed; more seeds by ENDPOINT_LIVES, for a night.
SEEDS = range(1, 1 + int(os.environ.get("ENDPOINT_LIVES", "1")))
AT_ONCE = 4
# Counts of inconsistencies and of dates: one participant can have several.
NOT_OF_PARTICIPANTS = ("/queried/", "/partial/")
OF_THE_DATABASE = {"id", "assessment_id", "participant_id", "lesion_id", "row_id", "change", "began_as",
                   "off_id"}  # fmt: skip


def _place() -> desk.Desk:
    with changes.record(None, "system", "sites of the test"):
        north = Site.objects.create(code="NORTH", name="North")
    return desk.Desk(person("nora", Role.COORDINATOR, north), north, person("the_chair", Role.CHAIR))


def _told(found: Any) -> Any:
    """Without numbers of rows and changes."""
    if isinstance(found, dict):
        return {key: _told(value) for key, value in found.items() if key not in OF_THE_DATABASE}
    if isinstance(found, list):
        return [_told(each) for each in found]
    return re.sub(r"^([a-z_]+)/\d+$", r"\1", found) if isinstance(found, str) else found


def _found() -> dict[str, Any]:
    """Every answer of both groups, and every outcome by study number."""
    groups = {group: _told(recompute(group).result) for group in "AB"}
    outcomes = ParticipantOutcome.objects.values_list("outcome", flat=True)
    return groups | {each["number"]: _told(each) for each in outcomes}


def _differences(now: Any, before: Any, place: str = "") -> list[str]:
    if isinstance(now, dict) and isinstance(before, dict) and set(now) == set(before):
        return [one for key in now for one in _differences(now[key], before[key], f"{place}.{key}")]
    if isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        pairs = zip(now, before, strict=True)
        return [one for number, pair in enumerate(pairs) for one in _differences(*pair, f"{place}[{number}]")]
    return [] if now == before else [f"{place}: {now!r}, before {before!r}"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_lives_give_the_same_answers_however_they_are_entered(
    database: str, tmp_path: Path, seed: int
) -> None:
    drawn, chance = lives(seed, AT_ONCE), Random(seed)
    assert {life.waived for life in drawn} == set(WAIVED)
    desk.in_order(_place(), drawn)
    before = _found()
    _hold_of_every_outcome(before)
    _pages_and_command_agree()
    call_command("export", "csv", tmp_path / "out")
    other_ways: dict[str, Callable[[], object]] = {
        "in a drawn order": lambda: desk.in_a_drawn_order(_place(), drawn, chance),
        "wrong at first": lambda: _wrong_at_first(drawn, chance),
        "brought in as files": lambda: _brought_in(tmp_path / "out"),
    }
    for name, enter in other_ways.items():
        with another_database(database):
            enter()
            assert not _differences(_found(), before), name


def _wrong_at_first(drawn: list[Life], chance: Random) -> None:
    place = _place()
    desk.wrong_at_first(place, drawn, chance)
    assert place.slipped > sum(len(life.steps) for life in drawn) / 2, "most slips are possible"


def _brought_in(folder: Path) -> None:
    _place()
    person("stella", Role.STATISTICIAN)
    call_command("import_records", folder, person="stella", yes=True)


def _hold_of_every_outcome(found: dict[str, Any]) -> None:
    """No date after the last of the facts, and nobody's survival ends before progression-free survival."""
    for number, outcome in found.items():
        days = re.findall(r'"(\d{4}-\d\d-\d\d)"', json.dumps(outcome))
        assert not [day for day in days if day > LAST_DAY.isoformat()], number
        if number not in "AB":
            assert outcome["os"]["on"] >= outcome["pfs"]["on"], number


def _pages_and_command_agree() -> None:
    """Every number with a list behind it says how many are listed, on each page, and in the command's JSON."""
    chair = Client()
    chair.force_login(person("chris", Role.CHAIR))
    for letter in "AB":
        said = json.loads(_printed(letter))["endpoints"]
        shown = panel(letter)
        assert _told(said) == _told(shown.answer["endpoints"])
        for endpoint in ENDPOINTS:
            for number in endpoint.listed(said[endpoint.code]):
                asked = figure(number.figure) if number.figure else None
                if asked is not None and number.value.isdigit():
                    assert len(asked.members(shown.outcomes, shown.answer)) == int(number.value), number
        pages = chair.get("/dashboard/").content.decode() + chair.get(f"/groups/{letter}/").content.decode()
        links = re.findall(rf'href="(/groups/{letter}/behind/[^"]+)"[^>]*>(?:<span[^>]*>)?(\d+)\b(?!\.|%)', pages)
        assert len(links) > 20
        for link, count in set(links):
            behind = chair.get(link).content.decode()
            if link.endswith(NOT_OF_PARTICIPANTS):
                assert 0 < behind.count('<th scope="row">') <= int(count) or count == "0", (link, count)
                continue
            assert f"group {letter}, {count} participant" in behind, (link, count)
            assert behind.count('<th scope="row">') == int(count), (link, count)


def _printed(letter: str) -> str:
    out = StringIO()
    call_command("endpoints", group=letter, json=True, stdout=out)
    return out.getvalue()
