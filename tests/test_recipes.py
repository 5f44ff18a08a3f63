"""A form or a group is added by the files that `docs/recipes.md` names, in a copy of the program, and is everywhere.

The copy has a database server of its own; its tests are asked of what is new.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recipes import ROOT, changed, code, files, section

COPIED = ("analysis", "capture", "docs", "templates", "tests", "trial", "manage.py", "pyproject.toml")


def _copy(folder: Path) -> Path:
    folder.mkdir()
    left_out = shutil.ignore_patterns("__pycache__", "browser", "bench", "*.pyc")
    for name in COPIED:
        of = ROOT / name
        if of.is_dir():
            shutil.copytree(of, folder / name, ignore=left_out)
        else:
            shutil.copy(of, folder)
    return folder


def _insert(path: Path, before: str, text: str) -> None:
    found = path.read_text(encoding="utf-8")
    assert found.count(before) == 1, (path, before)
    path.write_text(found.replace(before, text + before), encoding="utf-8")


def _run(folder: Path, *words: str, **environment: str) -> None:
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


@pytest.mark.timeout(300)
def test_a_form_is_a_model_a_module_a_line_and_an_example(database: str, tmp_path: Path) -> None:
    folder, (model, form, lines, example) = _copy(tmp_path / "copy"), code("A form")
    with (folder / "trial/models/casebook/visit.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{model}")
    (folder / "capture/casebook/forms/ecg.py").write_text(form, encoding="utf-8")
    registry, (imported, _, line) = folder / "capture/casebook/registry.py", lines.splitlines(keepends=True)
    _insert(registry, "    adverse_event.ADVERSE_EVENT_FORM,\n", line)
    _insert(registry, "from capture.casebook.forms.base import Form\n", imported)
    _insert(folder / "tests/examples.py", '    "hormone": Example(', example)
    here = {**os.environ, "ENDPOINT_DATABASE_NAME": database}
    _run(folder, "-W", "ignore", "manage.py", "makemigrations", "trial", "--name", "ecg", **here)
    assert changed(folder) == files("A form") and len(list((folder / "trial/migrations").glob("*_ecg.py"))) == 1
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENDPOINT", "PYTEST", "CELERY"))}
    asked = "ecg or ECG or Electrocardiogram or has_an_example or comes_back_by_it or every_form_is_entered_and_frozen"
    asked += " or every_table_of_the_record or verified_to_the_head"
    _run(folder, "-m", "pytest", "-q", "-k", asked, "tests/capture/casebook/test_every_form.py",
         "tests/capture/casebook/test_checks.py", "tests/capture/casebook/test_labels.py",
         "tests/capture/casebook/test_field_help.py", "tests/trial/audit/test_upgrade.py",
         "tests/trial/tabulation/test_declarations.py", "tests/capture/trail/test_odm_trail.py", **own)  # fmt: skip


THIRD_GROUP = '''
"""The third group of the recipe, asked of the product."""

import json

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from analysis.results.recompute import recompute
from tests.cast import cast_of, register
from trial.models import Participant, Role
from trial.protocol import GROUPS, settings_of
from trial.record.in_force import gate_in_force, settings_in_force


def test_the_third_group_is_everywhere(database: str, capsys) -> None:
    cast = cast_of()
    assert [group.code for group in GROUPS] == ["A", "B", "C"]
    one = register(cast.people[Role.COORDINATOR], cast.north, tumour_type="paraganglioma", histology="other_high_grade")
    assert Participant.objects.get(pk=one.pk).group == "C" and gate_in_force("C").open
    assert settings_in_force("C") == settings_of("C") and settings_of("C").accrual_ceiling == 12
    assert recompute("C").result["group"] == "C"
    capsys.readouterr()
    call_command("endpoints", group="C", json=True)
    assert json.loads(capsys.readouterr().out)["settings"]["plan"]["participants"] == [6, 12]
    chair, coordinator = Client(), Client()
    for client, role in ((chair, Role.CHAIR), (coordinator, Role.COORDINATOR)):
        client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    for group in ("A", "B"):
        recompute(group)
    for address in (reverse("analysis:dashboard"), reverse("analysis:group", args=["C"]), reverse("analysis:protocol"),
                    reverse("analysis:settings")):
        page = chair.get(address)
        assert page.status_code == 200 and "Paraganglioma" in page.content.decode(), address
    page = coordinator.get(reverse("capture:register")).content.decode()
    assert "Group C (Paraganglioma)" in page and 'value="paraganglioma"' in page
    assert [row.number for row in Participant.objects.filter(group="C")] == [one.number]
'''


@pytest.mark.timeout(300)
def test_a_group_is_one_declaration(database: str, tmp_path: Path) -> None:
    folder, (declaration,) = _copy(tmp_path / "copy"), code("A group")
    _insert(folder / "trial/protocol/groups.py", ")  # fmt: skip\n# The condition of the registry", declaration)
    assert changed(folder) == files("A group")
    here = {**os.environ, "ENDPOINT_DATABASE_NAME": database}
    _run(folder, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run", **here)
    (folder / "tests/test_third_group.py").write_text(THIRD_GROUP, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENDPOINT", "PYTEST", "CELERY"))}
    _run(folder, "-m", "pytest", "-q", "tests/test_third_group.py", **own)


def test_every_place_of_other_things_is_there() -> None:
    text = section("Other things")
    for name, path in re.findall(r"`(\w+)` of `([\w/.]+)`", text):
        there = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(class |def )?{name}\b", there, re.MULTILINE), (name, path)
    places = re.findall(r"`((?:analysis|capture|templates|tests|trial)/[\w/.]+)`", text)
    assert len(places) > 10 and [each for each in places if not (ROOT / each).exists()] == []


def test_a_form_without_an_example_is_named() -> None:
    from tests.examples import EXAMPLES

    with pytest.raises(AssertionError, match="tests/examples.py has no example of the form “horoscope”"):
        EXAMPLES["horoscope"]
