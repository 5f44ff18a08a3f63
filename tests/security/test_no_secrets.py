"""No file of the program holds a secret: keys, tokens and passwords of addresses come from the environment."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE " rb"KEY"),
    "a key of AWS": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}"),
    "a token of GitLab": re.compile(rb"\bglpat-[A-Za-z0-9_-]{20}"),
    "a token of Slack": re.compile(rb"\bxox[abprs]-[0-9A-Za-z-]{10}"),
    "a password in an address": re.compile(rb"(?:postgresql|redis|smtps?)://[\w.-]+:(?!password@)[^@\s/'\"{}]{12,}@"),
}


def _kept() -> list[Path]:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).stdout.decode().split("\0")
    places = [ROOT / each for each in found if each] or [each for each in ROOT.rglob("*") if ".venv" not in each.parts]
    return [each for each in places if each.is_file()]


def _secrets_in(text: bytes) -> list[str]:
    return [kind for kind, pattern in SECRETS.items() if pattern.search(text)]


@pytest.mark.requirement("R68")
def test_no_file_of_the_program_holds_a_secret() -> None:
    kept = _kept()
    assert len(kept) > 300
    assert {str(each): found for each in kept if (found := _secrets_in(each.read_bytes()))} == {}


@pytest.mark.requirement("R68")
@pytest.mark.parametrize("text", [
    b"-----BEGIN RSA PRIVATE " + b"KEY-----", b"key = AKIA" + b"ABCDEFGHIJKLMNOP", b"ghp_" + b"a1" * 18,
    b"postgresql://endpoint_app:" + b"9f8e7d6c5b4a3f2e@db/endpoint",
])  # fmt: skip
def test_a_secret_would_be_found(text: bytes) -> None:
    assert len(_secrets_in(b"x = '" + text + b"'")) == 1
