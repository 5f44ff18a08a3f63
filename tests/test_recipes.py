"""A form is added by the files that `docs/recipes.md` names, in a copy of the program, and is there everywhere.

The copy has a database server of its own; its tests are those of every form, asked of the new one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("analysis", "capture", "docs", "templates", "tests", "trial", "manage.py", "pyproject.toml")

MODEL = '''

class Electrocardiogram(RecordRow, ByEdition):
    """An electrocardiogram between visits."""

    place = Place(form="ecg")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="electrocardiograms")
    recorded_on = models.DateField("Recorded on")
    qtc_ms = models.PositiveSmallIntegerField("QTc (ms)", null=True, blank=True)
    qtc_ms_missing = MissingReasonField()

    class Meta:
        verbose_name = "ECG"
        ordering = ("recorded_on", "id")
        constraints = [value_or_reason("qtc_ms", "ecg_qtc_or_reason")]

    def __str__(self) -> str:
        return f"QTc {self.qtc_ms} ms" if self.qtc_ms else "QTc not known"
'''
FORM = '''"""The electrocardiogram: form, help and edit checks."""

from capture.casebook.checks import HARD, Check, after_death_check
from capture.casebook.due import AtCycleStart
from capture.casebook.forms.base import EntryForm, Form
from trial.models.casebook.visit import Electrocardiogram


class ElectrocardiogramForm(EntryForm):
    """One electrocardiogram."""

    help = {"recorded_on": ("The day of the recording.", ""), "qtc_ms": ("Corrected by Fridericia's formula.", "")}

    class Meta(EntryForm.Meta):
        model = Electrocardiogram
        fields = ("recorded_on", "qtc_ms", "qtc_ms_missing")


CHECKS = (
    Check("ECG-01", "The QTc must be between 200 and 800 ms.", "Plausibility.", HARD,
          lambda facts: facts["qtc_ms"] is not None and not 200 <= facts["qtc_ms"] <= 800, "qtc_ms"),
    after_death_check("ECG-02", "The recording must not be after the date of death.", "recorded_on"),
)  # fmt: skip
ECG_FORM = Form(
    "ecg", ElectrocardiogramForm, "recorded_on", AtCycleStart("at the start of each cycle", what="ECG"), repeats=True,
    checks=CHECKS, verified=("qtc_ms",),
)
'''
EXAMPLE = '''    "ecg": Example({"recorded_on": "12-JAN-2026", "qtc_ms": "430"}, ("qtc_ms", "440", "450"),
                   ("recorded_on", "13-JAN-2026"),
                   facts={"ECG-01": ({"qtc_ms": 200}, {"qtc_ms": 801}), "ECG-02": entries.died("recorded_on")}),
'''


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
    folder = _copy(tmp_path / "copy")
    with (folder / "trial/models/casebook/visit.py").open("a", encoding="utf-8") as file:
        file.write(MODEL)
    (folder / "capture/casebook/forms/ecg.py").write_text(FORM, encoding="utf-8")
    registry = folder / "capture/casebook/registry.py"
    _insert(registry, "    adverse_event.ADVERSE_EVENT_FORM,\n", "    ecg.ECG_FORM,\n")
    _insert(registry, "from capture.casebook.forms.base import Form\n", "from capture.casebook.forms import ecg\n")
    _insert(folder / "tests/examples.py", '    "hormone": Example(', EXAMPLE)
    here = {**os.environ, "ENDPOINT_DATABASE_NAME": database}
    _run(folder, "-W", "ignore", "manage.py", "makemigrations", "trial", "--name", "ecg", **here)
    assert len(list((folder / "trial/migrations").glob("*_ecg.py"))) == 1
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENDPOINT", "PYTEST", "CELERY"))}
    asked = "ecg or ECG or Electrocardiogram or has_an_example or comes_back_by_it or every_form_is_entered_and_frozen"
    _run(folder, "-m", "pytest", "-q", "-k", asked, "tests/capture/casebook/test_every_form.py",
         "tests/capture/casebook/test_checks.py", "tests/capture/casebook/test_labels.py",
         "tests/capture/casebook/test_field_help.py", "tests/trial/audit/test_upgrade.py", **own)  # fmt: skip


def test_a_form_without_an_example_is_named() -> None:
    from tests.examples import EXAMPLES

    with pytest.raises(AssertionError, match="tests/examples.py has no example of the form “horoscope”"):
        EXAMPLES["horoscope"]
