"""`docs/validation.md`, written from the data by `manage.py validation_report --docs`; a test compares the two."""

from collections import Counter
from itertools import groupby

from trial.operations.validation.requirements import NOT_COMPARED, OTHER_PURPOSES, Requirement, all_requirements
from trial.runtime.program import ROOT

PLACE = ROOT / "docs" / "validation.md"
HEAD = f"""# Validation

What the product must do as a record that an inspector trusts, the tests that show it, and what is still open.

`manage.py validation_report --docs` writes this page from two sources: `trial/operations/validation/requirements.toml`
holds the requirements, and each test carries the numbers of those that it proves:

```python
@pytest.mark.requirement("R16", "R22")  # or pytestmark = pytest.mark.requirement("R16"), for every test of a file
```

A test fails when page and sources differ, when a requirement has neither a test nor a reason why it is open, when a
test carries a number that does not exist, and when a test file proves no requirement and states no other purpose.

`manage.py validation_report FILE.html [FILE.pdf]` qualifies an installation on the machine where it runs:

- **Installation**: Python and every package against its pin, PostgreSQL, migrations, the role and rights of the
  application, triggers, chain of changes and live rows, clocks, the settings for production.
- **Operation**: the tests below, by `run.py test`, on a database server of their own; the study data are not touched.
- The page names machine, time, version, commit and a fingerprint of the program files, shows each requirement with the
  result of each of its tests, and has places for signatures. It is to be printed, signed and dated by hand.

A check or test that fails makes the command exit with status 1 and the page say "Not valid". `--skip-oq` checks the
installation only, `--only R16 R18` tries some requirements only; the page then says "Incomplete", as it does when tests
were skipped on that machine (without Chromium those in a browser are). What is open is listed on the page and never
counted as valid.

Where "{NOT_COMPARED}" stands, the section's number is not yet compared with the document;
that must be done before the citation is relied on. **This pack helps the sponsor to validate and is no certificate.**
It tries the software; procedures, training and the place where it runs are not tested by it.
"""


def text() -> str:
    """Returns the whole document in Markdown, one table an area."""
    states = Counter(requirement.state for requirement in all_requirements())
    total = (
        f"Of {states.total()} requirements {states['covered']} are covered by tests, {states['partly']} in part, "
        f"and {states['open']} are open."
    )
    areas = [_area(name, list(rows)) for name, rows in groupby(all_requirements(), key=lambda row: row.area)]
    purposes = [f"| `{place}` | {words} |" for place, words in OTHER_PURPOSES.items()]
    others = ["", "## Tests that serve other purposes", "", "| place | purpose |", "|---|---|", *purposes, ""]
    return "\n".join([HEAD, total, *areas, *others])


def _area(name: str, requirements: list[Requirement]) -> str:
    head = ["", f"## {name}", "", "| number | requirement | source | tests | state |", "|---|---|---|---|---|"]
    return "\n".join(head + [_row(requirement) for requirement in requirements])


def _row(requirement: Requirement) -> str:
    tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in requirement.tests) or "none"
    state = f"**{requirement.state}**: {requirement.open}" if requirement.open else requirement.state
    cells = (requirement.number, requirement.words, "; ".join(requirement.sources), tests, state)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
