"""Two studies exported once for each module that reads them: part of the demo, and one that shows every oddity."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odmlib
import pytest
import xmlschema

from tests.capture.demo.kept import demo_database
from tests.capture.exchange import cohort
from tests.cast import cast_of
from tests.plugin_postgres import another_database, kept_database
from trial.models import Role, Site
from trial.operations import exports
from trial.record import changes

SCHEMA = Path(odmlib.__file__).parent / "schemas" / "define" / "2.1" / "define2-1-0.xsd"


@pytest.fixture(scope="session")
def schema() -> xmlschema.XMLSchema:
    """The published schema of define.xml, which takes seconds to read."""
    return xmlschema.XMLSchema(str(SCHEMA))


def oddities(_: str = "") -> None:
    """A few participants by hand, who fill every form and show every oddity of a record."""
    cast = cast_of()
    with changes.record(None, "account", "for the test"):
        Site.objects.update(country="NLD")
    cohort.entered(cast.people[Role.COORDINATOR], cast.people[Role.CHAIR], cast.north)


def odd_database() -> str:
    """Name of the template that holds them."""
    return kept_database("odd_records", oddities)


@pytest.fixture(scope="module", params=["demo", "oddities"])
def exported(
    request: pytest.FixtureRequest, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The folder of an export of SDTM."""
    kept = demo_database(participants=12) if request.param == "demo" else odd_database()
    folder = tmp_path_factory.mktemp("sdtm") / "out"
    with another_database(template_database, kept):
        exports.write("sdtm", folder)
    yield folder


@pytest.fixture(scope="module")
def tables(exported: Path) -> dict[str, list[dict[str, Any]]]:
    """Data set → its rows by name of variable, as Dataset-JSON has them."""
    return {path.stem.upper(): rows_of(path) for path in sorted(exported.glob("*.json"))
            if path.name != exports.MANIFEST}  # fmt: skip


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a Dataset-JSON file."""
    read = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in read["columns"]]
    return [dict(zip(names, row, strict=True)) for row in read["rows"]]
