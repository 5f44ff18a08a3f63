"""A form is added by the files that `docs/recipes.md` names, in a copy of the program, and is there everywhere.

The copy has a database server of its own; its tests are those of every form, asked of the new one.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("analysis", "capture", "docs", "templates", "tests", "trial", "manage.py", "pyproject.toml")

RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


def _code(recipe: str) -> list[str]:
    """The blocks of code of a recipe, in order."""
    text = RECIPES.split(f"\n## {recipe}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


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
    folder, (model, form, lines, example) = _copy(tmp_path / "copy"), _code("A form")
    with (folder / "trial/models/casebook/visit.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{model}")
    (folder / "capture/casebook/forms/ecg.py").write_text(form, encoding="utf-8")
    registry, (imported, _, line) = folder / "capture/casebook/registry.py", lines.splitlines(keepends=True)
    _insert(registry, "    adverse_event.ADVERSE_EVENT_FORM,\n", line)
    _insert(registry, "from capture.casebook.forms.base import Form\n", imported)
    _insert(folder / "tests/examples.py", '    "hormone": Example(', example)
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
