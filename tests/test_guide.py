"""The guide of each role: two pages at most, every entry of its menu, and a picture that the script takes."""

import importlib.util
import re
from pathlib import Path

import pytest

from trial.accounts.navigation import NAVIGATION
from trial.models import Role

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"
TWO_PAGES = 700  # words


@pytest.mark.parametrize("role", list(Role))
def test_a_guide_has_two_pages_and_names_every_entry_of_the_menu(role: Role) -> None:
    text = (GUIDE / f"{role.value}.md").read_text(encoding="utf-8")
    assert len(text.split()) <= TWO_PAGES
    assert text.startswith(f"# {role.label}\n")
    named = set(re.findall(r"\*\*([^*]+)\*\*", text.replace("\n", " ")))
    assert {title for title, _ in NAVIGATION[role]} - named == set()


def test_every_picture_is_taken_by_the_script_and_shown() -> None:
    found = importlib.util.spec_from_file_location("pictures", GUIDE / "pictures.py")
    assert found and found.loader
    pictures = importlib.util.module_from_spec(found)
    found.loader.exec_module(pictures)
    shown = {name for path in GUIDE.glob("*.md") for name in re.findall(r"\((\w+)\.png\)", path.read_text("utf-8"))}
    taken = {path.stem for path in GUIDE.glob("*.png")}
    assert shown == taken == set(pictures.PICTURES) == {each.value for each in Role}
