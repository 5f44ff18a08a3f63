"""The style sheets: each beside the app whose pages it dresses, says a thing once, and dresses nothing that is gone."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.utils.text import slugify

ROOT = Path(__file__).resolve().parent.parent
SHEETS = sorted(path for app in ("trial", "capture", "analysis") for path in (ROOT / app / "static").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.(-?[a-zA-Z][\w-]*)")
# What stands inside braces, outermost first; a sheet holds rules, and rules inside @media.
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
MEDIA = re.compile(r"(@media[^{]+)\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}")


def _texts() -> str:
    """Everything that can name a class: templates, scripts, Python."""
    places = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "trial/static/js").glob("*.js"),
              *(path for app in ("trial", "capture", "analysis") for path in (ROOT / app).rglob("*.py")
                if "migrations" not in path.parts)]  # fmt: skip
    return "\n".join(path.read_text(encoding="utf-8") for path in places)


def _blocks(sheet: Path) -> list[tuple[str, str, str]]:
    """(media, selectors, declarations) of each rule."""
    text = COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    inside = [(media.strip(), *rule) for media, rules in MEDIA.findall(text) for rule in RULE.findall(rules)]
    outside = [("", *rule) for rule in RULE.findall(MEDIA.sub("", text))]
    return [(media, " ".join(selectors.split()), said) for media, selectors, said in [*outside, *inside]]


def _is_named(name: str, texts: str) -> bool:
    """Whether a text names the class, as a whole or put together: `grade-{{ … }}` and somewhere `3`.

    texts: as `_plain` gives them, since what is put together may be a word made fit for a class.
    """
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", texts):
        return True
    stems = [name[: place + 1] for place, letter in enumerate(name) if letter == "-"]
    return any(re.search(rf"(?<![\w-]){re.escape(stem)}\{{", texts) and _is_named(name[len(stem):], texts)
               for stem in stems)  # fmt: skip


def _plain(texts: str) -> str:
    """The texts, their words in small letters with hyphens, and their quoted texts as slugify writes them."""
    quoted = "\n".join(slugify(text) for text in set(re.findall(r'"([^"\n{}]{1,60})"', texts)))
    return f"{texts}\n{texts.lower().replace('_', '-')}\n{quoted}"


def test_every_class_that_a_sheet_dresses_occurs_somewhere() -> None:
    texts = _plain(_texts())
    named = {(sheet.name, name) for sheet in SHEETS for _, selectors, _ in _blocks(sheet)
             for name in CLASS.findall(re.sub(r"url\([^)]*\)", "", selectors))}  # fmt: skip
    assert len(named) > 200
    assert sorted(pair for pair in named if not _is_named(pair[1].replace("_", "-"), texts)) == []


def test_a_class_that_nothing_names_is_found() -> None:
    texts = 'class="panel grade-{{ grade }}"  "3"'
    assert _is_named("panel", texts) and _is_named("grade-3", texts)
    assert not _is_named("pan", texts) and not _is_named("grade-9", texts) and not _is_named("note-3", texts)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_selector_has_one_block_in_its_sheet(sheet: Path) -> None:
    counted = Counter((media, selectors) for media, selectors, _ in _blocks(sheet))
    assert [key for key, count in counted.items() if count > 1] == []


def test_no_selector_is_dressed_by_two_sheets_that_meet_on_a_page() -> None:
    """Print apart: it says anew for paper what the others say for the screen."""
    owners: dict[tuple[str, str], set[str]] = {}
    for sheet in SHEETS:
        if sheet.name != "print.css":
            for media, selectors, _ in _blocks(sheet):
                for selector in selectors.split(", "):
                    owners.setdefault((media, selector), set()).add(sheet.name)
    assert {key: sheets for key, sheets in owners.items() if len(sheets) > 1} == {}
