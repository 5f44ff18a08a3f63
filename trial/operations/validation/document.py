"""`docs/validation.md`, from the data: a test compares it, `manage.py validation_report --docs` writes it anew."""

from collections import Counter
from itertools import groupby

from trial.operations.validation.requirement import NOT_COMPARED, Requirement
from trial.operations.validation.requirements import OTHER_PURPOSES, REQUIREMENTS
from trial.runtime.program import ROOT

PLACE = ROOT / "docs" / "validation.md"
HEAD = f"""# Validation

What the product must do as a record that an inspector trusts, the tests that show it, and what is still open. This
page is written from `trial/operations/validation/areas/` by `manage.py validation_report --docs`. A test fails when
the two differ, when a requirement has neither a test nor a reason why it is open, when a test that is named does not exist, and
when a test file belongs to no requirement and states no other purpose.

`manage.py validation_report FILE.html [FILE.pdf]` qualifies an installation on the machine where it runs:

- **Installation**: Python and every package against its pin, PostgreSQL, migrations, the role and rights of the
  application, triggers, chain of changes and live rows, clocks, the settings for production.
- **Operation**: the tests below, by `run.py test`, on a database server of their own; the record is not touched.
- The page names machine, time, version, commit and a fingerprint of the program files, shows each requirement with the
  result of each of its tests, and has places for signatures. It is to be printed, signed and dated by hand.

A check or test that fails makes the command end with 1 and the page say "Not valid". `--skip-oq` checks the
installation only, `--only R16 R18` tries some requirements only; the page then says "Incomplete", as it does when tests
were skipped on that machine (without Chromium those in a browser are). What is open is listed on the page and never
counted as valid.

Where "{NOT_COMPARED}" stands, nobody has compared the section's number with the document yet;
that must be done before the citation is relied on. **This pack helps the sponsor to validate and is no certificate.**
It tries the software; procedures, training and the place where it runs are not tested by it.

"""


def text() -> str:
    """The whole document in Markdown, one table an area."""
    found = Counter(each.standing for each in REQUIREMENTS)
    total = (
        f"Of {len(REQUIREMENTS)} requirements {found['covered']} are covered by tests, {found['partly']} in part, "
        f"and {found['open']} are open."
    )
    areas = [_area(name, list(each)) for name, each in groupby(REQUIREMENTS, key=lambda each: each.area)]
    return "\n".join([HEAD, total, *areas, _others()])


def _area(name: str, requirements: list[Requirement]) -> str:
    rows = [f"| {each.id} | {_cell(each.words)} | {_sources(each)} | {_tests(each)} | {_standing(each)} |"
            for each in requirements]  # fmt: skip
    head = ["| id | requirement | source | tests | standing |", "|---|---|---|---|---|"]
    return "\n".join(["", f"## {name}", "", *head, *rows])


def _sources(requirement: Requirement) -> str:
    return _cell("; ".join(each.words for each in requirement.sources))


def _tests(requirement: Requirement) -> str:
    return "<br>".join(f"`{each.removeprefix('tests/')}`" for each in requirement.tests) or "none"


def _standing(requirement: Requirement) -> str:
    return _cell(f"**{requirement.standing}**: {requirement.open}" if requirement.open else requirement.standing)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _others() -> str:
    rows = [f"| `{place}` | {words} |" for place, words in OTHER_PURPOSES.items()]
    return "\n".join(["", "## Tests that serve other purposes", "", "| place | purpose |", "|---|---|", *rows, ""])
