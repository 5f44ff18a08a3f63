"""What holds of an installation at the hospital's own name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {"ENDPOINT_ENV": "production", "ENDPOINT_HOSTS": "trial.example",
              "ENDPOINT_SECRET_KEY": "Zk3v9Qm-0aXw7Lr2Tn8B" * 3}  # fmt: skip
TOLD = """
from trial import settings
print(settings.SECURE_HSTS_SECONDS > 0, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD)
"""


def told(**environment: str) -> subprocess.CompletedProcess[str]:
    """What browsers are told in production."""
    return subprocess.run([sys.executable, "-c", TOLD], cwd=ROOT, env={**os.environ, **PRODUCTION, **environment},
                          capture_output=True, text=True)  # fmt: skip


@pytest.mark.requirement("R14")
@pytest.mark.parametrize(("chosen", "expected"), [
    ({}, "True False False"), ({"ENDPOINT_HSTS": "host"}, "True False False"),
    ({"ENDPOINT_HSTS": "subdomains"}, "True True False"), ({"ENDPOINT_HSTS": "preload"}, "True True True"),
])  # fmt: skip
def test_other_names_of_the_hospital_are_left_alone_unless_it_is_chosen(
    chosen: dict[str, str], expected: str
) -> None:
    assert told(**chosen).stdout.strip() == expected


def test_another_word_is_refused() -> None:
    assert "ENDPOINT_HSTS is host, subdomains or preload." in told(ENDPOINT_HSTS="on").stderr


def test_the_script_that_makes_the_roles_is_a_program_of_its_own() -> None:
    """The image of PostgreSQL sources a script that is none: its `set` would hold for all that comes after it."""
    place = ROOT / "trial/runtime/first_start.sh"
    assert os.access(place, os.X_OK) and place.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    tracked = subprocess.run(["git", "ls-files", "-s", str(place)], cwd=ROOT, capture_output=True, text=True).stdout
    assert not tracked or tracked.startswith("100755")
