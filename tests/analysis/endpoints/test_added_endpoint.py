"""An endpoint is two places: the recipe in docs/recipes.md is followed in a scratch copy, and everything shows it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analysis.results import data_cuts
from analysis.results.recompute import recompute
from capture.entry.services import assessments, dosing
from tests.cast import Cast, cast_of
from tests.plugin_postgres import another_database
from tests.recipes import ROOT, changed, code, files
from trial.models import Role
from trial.record.save import Save

DAY_1 = date(2026, 1, 12)
CODE, TITLE, MISSING = "disease_control_rate", "Disease control rate", "Not computed by that version"
LOOK = """
import io, json, sys
import django

django.setup()
from django.core.management import call_command
from django.test import Client
from analysis.results import moments
from analysis.results.recompute import is_behind, recompute
from trial.models import Person


def printed(*words):
    out = io.StringIO()
    call_command("endpoints", "--group", "A", *words, stdout=out)
    return out.getvalue()


chair = Client()
chair.force_login(Person.objects.get(role="chair"), backend="django.contrib.auth.backends.ModelBackend")
page = lambda path: chair.get(path).content.decode()
seen = {"behind_at_first": is_behind("A"), "engine": recompute("A").engine}
moments.compute("A", moments.present())
seen |= {
    "json": json.loads(printed("--json")), "text": printed(), "old_text": printed("--cut", "Interim"),
    "old_json": json.loads(printed("--cut", "Interim", "--json")),
    "group": page("/groups/A/"), "old_group": page("/groups/A/?cut=Interim"),
    "dashboard": page("/dashboard/"), "old_dashboard": page("/dashboard/?cut=Interim"), "protocol": page("/protocol/"),
    "behind": page("/groups/A/behind/counted-disease_control_rate/"),
    "among": page("/groups/A/behind/among-disease_control_rate/"),
    "old_behind": page("/groups/A/behind/counted-disease_control_rate/?cut=Interim"),
    "compared": page("/moments/compare/?group=A&from=Interim&to="),
    "compared_back": page("/moments/compare/?group=A&from=&to=Interim"),
}
print(json.dumps(seen))
"""


def _blocks() -> tuple[str, str, list[str]]:
    """The file that the recipe adds, its content, and the lines that it adds to the registry."""
    declaration, lines = code("An endpoint")
    name, registry = sorted(files("An endpoint"))
    assert registry == "analysis/endpoints/registry.py"
    return name, declaration, [line for line in lines.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product with the recipe followed: one file, and its lines in the registry."""
    scratch = tmp_path_factory.mktemp("scratch")
    for folder in ("analysis", "capture", "templates", "trial", "docs"):
        shutil.copytree(ROOT / folder, scratch / folder, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    for name in ("manage.py", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, scratch / name)
    name, declaration, (imported, entry) = _blocks()
    assert not (scratch / name).exists()
    (scratch / name).write_text(declaration, encoding="utf-8")
    registry = scratch / "analysis" / "endpoints" / "registry.py"
    text = registry.read_text(encoding="utf-8")
    first = "from analysis.endpoints.answers.best_response import BEST_RESPONSE\n"
    assert text.count(first) == 1 and text.count("    BEST_RESPONSE,\n") == 1
    text = text.replace(first, f"{first}{imported}\n").replace("    BEST_RESPONSE,\n", f"    BEST_RESPONSE,\n{entry}\n")
    registry.write_text(text, encoding="utf-8")
    assert changed(scratch) == files("An endpoint")
    return scratch


def _run(copy: Path, *words: str, **environment: str) -> str:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "trial.settings"} | environment
    done = subprocess.run([sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def _responder(cast: Cast) -> None:
    nora, first = Save(cast.people[Role.COORDINATOR]), cast.participant
    targets = [assessments.NewLesion("liver", f"segment {n}", Decimal(20 + n)) for n in range(2)]
    head = {"method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    baseline = {**head, "assessed_on": DAY_1 - timedelta(days=5)}
    assessments.save_baseline(nora, first, baseline, targets, [])
    dosing.save_cycle(nora, first, 1, {"started_on": DAY_1}, [dosing.Period(1, 28, 400, "twice_daily", "")])
    for days in (56, 84):
        readings = [
            assessments.Reading(reading.lesion_id, "measured", reading.longest_diameter_mm * Decimal("0.6"), "", None)
            for reading in first.assessments.get(kind="baseline").readings.order_by("id")
        ]
        scan = {**head, "assessed_on": DAY_1 + timedelta(days=days), "new_lesions": "no"}
        assessments.save_follow_up(nora, first, scan, readings)


@pytest.fixture(scope="module")
def seen(template_database: str, copy: Path) -> Iterator[dict[str, Any]]:
    """One responder with results and a data cut of this version; then what the copy shows of the same database."""
    with another_database(template_database) as name:
        cast = cast_of()
        _responder(cast)
        recompute("A")
        data_cuts.make(Save(cast.people[Role.STATISTICIAN]), "Interim", "first look")
        data_cuts.compute_missing()
        shown = json.loads(_run(copy, "-c", LOOK, ENDPOINT_DATABASE_NAME=name).splitlines()[-1])
        yield {**shown, "engine_before": recompute("A").engine, "number": cast.participant.number}


def test_the_copy_passes_the_checks_of_the_house(copy: Path) -> None:
    _run(copy, "-m", "ruff", "check", "--no-cache", "analysis")
    _run(copy, "-m", "mypy", "analysis/endpoints")
    _run(copy, "manage.py", "check")


def test_adding_an_endpoint_makes_results_be_computed_again(seen: dict[str, Any]) -> None:
    assert seen["behind_at_first"]
    assert seen["engine"] != seen["engine_before"]


def test_the_command_prints_it(seen: dict[str, Any]) -> None:
    answer = seen["json"]["endpoints"][CODE]
    assert (answer["numerator"], answer["denominator"], answer["participants"]) == (1, 1, [seen["number"]])
    assert answer["method"] == "Clopper–Pearson" and answer["lower"] == pytest.approx(0.025)
    assert f"{TITLE}: 1 of 1, 95% CI 2.5% to 100.0% (Clopper–Pearson)" in seen["text"]
    codes = list(seen["json"]["endpoints"])
    assert codes.index(CODE) == codes.index("best_response") + 1


def test_the_pages_show_it_by_its_shape(seen: dict[str, Any]) -> None:
    section = seen["group"].split(f'id="{CODE}"')[1].split("</section>")[0]
    assert TITLE in section and "100.0%" in section and "95% CI 2.5% to 100.0%" in section
    assert f'href="/groups/A/behind/counted-{CODE}/"' in section and f'href="/groups/A/behind/among-{CODE}/"' in section
    assert f'<a href="#{CODE}">' in seen["group"]
    assert "Disease control</div>" in seen["dashboard"]
    assert TITLE in seen["protocol"]


def test_the_participants_behind_it_have_the_entries_that_decide(seen: dict[str, Any]) -> None:
    for page in (seen["behind"], seen["among"]):
        assert TITLE in page and f">{seen['number']}</a>" in page
        assert page.count(f'href="/participants/{seen["number"]}/assessments/') >= 2


def test_the_comparison_has_it(seen: dict[str, Any]) -> None:
    for page, sides in (("compared", (MISSING, "1")), ("compared_back", ("1", MISSING))):
        below = seen[page].split(f">{TITLE}</th></tr>")[1].split("</tbody>")[0]
        row = re.search(r">participants</th><td>(.*?)</td><td>(.*?)</td>", below)
        assert row is not None and row.groups() == sides, page


def test_an_old_data_cut_says_that_its_version_did_not_compute_it(seen: dict[str, Any]) -> None:
    section = seen["old_group"].split(f'id="{CODE}"')[1].split("</section>")[0]
    assert MISSING in section
    assert MISSING in seen["old_behind"] and seen["number"] not in seen["old_behind"].split("<tbody>")[1]
    assert f"{TITLE}: {MISSING}" in seen["old_text"]
    assert CODE not in seen["old_json"]["endpoints"]
    assert seen["old_json"]["not_computed_by_that_version"] == [CODE]
    assert "Disease control</div>" not in seen["old_dashboard"] and "Confirmed response" in seen["old_dashboard"]
    assert seen["old_json"]["endpoints"]["response_rate"]["numerator"] == 1
