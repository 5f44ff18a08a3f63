"""The upload document of the registry against the registry's own schema. By hand, with the schema at hand:

    REGISTRY_SCHEMA=…/RRSUploadSchema.xsd .venv/bin/python -m pytest -q -n 0 -s tests/peers/peer_registry_schema.py

The schema is published with the registry's upload system and is no part of this repository.
"""

import os
from pathlib import Path

import xmlschema

from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.operations import exports


def test_the_upload_document_is_valid(template_database: str, tmp_path: Path) -> None:
    """Of part of the demo; prints its size."""
    schema = xmlschema.XMLSchema(os.environ["REGISTRY_SCHEMA"])
    with another_database(template_database, demo_database(participants=12)):
        exports.write("ctgov", tmp_path / "out")
    path = tmp_path / "out" / "results.xml"
    assert [error.reason for error in schema.iter_errors(str(path))] == []
    print(f"\n{path.stat().st_size} bytes, valid against schema version of {schema.source.name}")
