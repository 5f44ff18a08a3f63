"""What holds of an installation at the hospital's own name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.compose import FILE, parsed

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


def test_the_place_to_practice_is_named_in_the_compose_file() -> None:
    settings = parsed(FILE.read_text(encoding="utf-8"))["services"]["web"]["environment"]
    assert settings["ENDPOINT_PRACTICE_URL"] == "${ENDPOINT_PRACTICE_URL:-}"


def test_another_word_is_refused() -> None:
    assert "ENDPOINT_HSTS is host, subdomains or preload." in told(ENDPOINT_HSTS="on").stderr


def test_the_script_that_makes_the_roles_is_a_program_of_its_own() -> None:
    """The image of PostgreSQL sources a script that is none: its `set` would hold for all that comes after it."""
    place = ROOT / "trial/runtime/first_start.sh"
    assert os.access(place, os.X_OK) and place.read_text(encoding="utf-8").startswith("#!/bin/bash\n")
    tracked = subprocess.run(["git", "ls-files", "-s", str(place)], cwd=ROOT, capture_output=True, text=True).stdout
    assert not tracked or tracked.startswith("100755")


@pytest.mark.requirement("R68")
def test_no_secret_goes_into_an_image_or_an_environment() -> None:
    for name in (".dockerignore", ".gitignore"):
        ignored = {each.rstrip("/") for each in (ROOT / name).read_text(encoding="utf-8").splitlines()}
        assert ignored >= {".env", ".env.*", "*.env", "secrets"}, name
    assert "COPY . " not in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    compose = parsed(FILE.read_text(encoding="utf-8"))
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "SECRET", "MAIL_URL")):
                assert value.startswith("/run/secrets/"), (name, key)
            assert not re.search(r"//[^@/]*:[^@/]*@", value), (name, key)
    assert {each["file"] for each in map(_pair, compose["secrets"].values())} == {
        f"./secrets/{name}" for name in compose["secrets"]}  # fmt: skip


def _pair(words: str) -> dict[str, str]:
    key, _, value = words.strip("{}").partition(": ")
    return {key: value}


@pytest.mark.requirement("R64")
def test_every_server_of_compose_has_limits_and_its_log_does_not_grow_for_ever() -> None:
    services = parsed(FILE.read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        assert "mem_limit" in service and "max-size" in service["logging"]["options"], name
    for name in ("web", "worker-now", "worker-sweep", "worker-long", "beat"):
        own = services[name]
        assert own["read_only"] == "true" and "size=" in own["tmpfs"][0] and own["pids_limit"] and own["cpus"], name


@pytest.mark.requirement("R64")
def test_what_must_outlive_a_container_is_kept_outside_it() -> None:
    services = parsed(FILE.read_text(encoding="utf-8"))["services"]
    assert "schedule:/schedule" in services["beat"]["volumes"], "a night that was slept through is made up"
    assert "-s" in services["beat"]["command"] and "/schedule/beat-schedule" in services["beat"]["command"]
    assert "backups:/backups" in services["worker-long"]["volumes"] and "files:/files" in services["web"]["volumes"]
