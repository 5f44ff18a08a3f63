"""`manage.py bill_of_materials [FILE]`: what this installation is made of, as CycloneDX 1.6 (JSON) or as a list."""

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trial.operations.validation.installation import pins
from trial.runtime.program import version

UNKNOWN = "not stated"


class Command(BaseCommand):
    """Names every package of requirements.txt that this machine needs, its version and its license."""

    help = "List the packages of this installation with their licenses; with FILE, write a CycloneDX 1.6 document."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path | None = None, **options: Any) -> None:
        """The same names, versions and licenses in both."""
        found = [(name, pinned, license_of(name)) for name, pinned in sorted(pins().items(), key=str)]
        if file is None:
            for name, pinned, terms in found:
                self.stdout.write(f"{name} {pinned}: {terms}")
            return
        file.write_text(json.dumps(document(found), indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(found)} packages written to {file}.")


def license_of(name: str) -> str:
    """Reads the license that an installed package states; "not stated" where it states none or is not installed."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    if said := about.get("License-Expression"):
        return str(said)
    classes = [words for words in about.get_all("Classifier") or [] if words.startswith("License :: ")]
    listed = [words.rsplit(" :: ", 1)[1] for words in classes]
    first = str(about.get("License") or "").strip().split("\n")[0]
    return ", ".join(listed) or first or UNKNOWN


def document(found: list[tuple[str, str, str]]) -> dict[str, Any]:
    """CycloneDX 1.6: this program and its packages; scripts and styles that it ships are in their own README."""
    product = {"type": "application", "name": "endpoint", "version": version(), "bom-ref": "endpoint"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": product | {"licenses": [{"expression": "Apache-2.0"}]}},
        "components": [
            {
                "type": "library",
                "name": name,
                "version": pinned,
                "purl": f"pkg:pypi/{name.lower()}@{pinned}",
                "bom-ref": f"pkg:pypi/{name.lower()}@{pinned}",
                "licenses": [{"license": {"name": terms}}],
            }
            for name, pinned, terms in found
        ],
    }
