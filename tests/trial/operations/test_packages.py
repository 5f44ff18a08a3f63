"""Every package is pinned with its hashes, for every Python that the product runs on, from one list."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

from trial.operations.validation import installation

ROOT = installation.ROOT
FILES = ("requirements.txt", "tests/requirements.txt")
# Copyleft that reaches a program which only imports the package; LGPL does not.
REACHES_US = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)


def _pinned(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    pairs = re.findall(r"(?m)^([\w.-]+)(?:\[.*\])?==(\S+)", text)
    return {name.lower().replace("_", "-"): pinned for name, pinned in pairs}


@pytest.mark.requirement("R68")
@pytest.mark.parametrize("file", FILES)
def test_every_package_has_a_version_and_hashes(file: str) -> None:
    entries = re.split(r"(?m)^(?=\w)", (ROOT / file).read_text(encoding="utf-8"))[1:]
    assert len(entries) > 20
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry.split("\\")[0]] == []


def test_what_is_pinned_is_what_the_project_file_chose_and_both_lists_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = (project["project"]["dependencies"], project["dependency-groups"]["test"])
    for chosen, file in zip(lists, FILES, strict=True):
        for words in chosen:
            name, pinned = words.split("==")
            assert _pinned(file)[name.split("[")[0].lower()] == pinned, "write both files anew: docs/operations.md"
    product, tests = _pinned(FILES[0]), _pinned(FILES[1])
    assert {name for name in product.keys() & tests.keys() if product[name] != tests[name]} == set()


def test_the_bill_of_materials_names_every_package_with_its_license_and_none_binds_the_product(tmp_path: Path) -> None:
    call_command("bill_of_materials", str(tmp_path / "bom.json"))
    bom = json.loads((tmp_path / "bom.json").read_text())
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    found = {each["name"]: each["licenses"][0]["license"]["name"] for each in bom["components"]}
    assert found.keys() == installation.pins().keys()
    assert [name for name, terms in found.items() if terms == "not stated"] == []
    assert [name for name, terms in found.items() if REACHES_US.search(terms) and "Lesser" not in terms] == []
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")
