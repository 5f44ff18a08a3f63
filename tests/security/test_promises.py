"""docs/security.md names a test for each promise: the test is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`((?:[\w/]+/)?\w+\.py)(?:::(\w+))?`", (ROOT / "docs/security.md").read_text(encoding="utf-8"))


@pytest.mark.requirement("R65")
@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_test_that_the_page_of_promises_names_is_there(file: str, test: str) -> None:
    places = [place for place in (ROOT / "tests").rglob(Path(file).name) if place.as_posix().endswith(f"/{file}")]
    assert any(f"def {test}(" in place.read_text(encoding="utf-8") if test else True for place in places), places


def test_the_page_names_many() -> None:
    assert len(set(NAMED)) > 25
