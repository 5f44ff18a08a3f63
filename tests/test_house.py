"""The habits of the house as tests: style, types of the pure code, migrations, deployment checks, sizes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PURE = ["trial/protocol", "trial/rules", "trial/drawing/axes.py", "analysis/endpoints", "capture/participants/timeline"]


def _run(*words: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _modules() -> list[Path]:
    return [path for folder in ("trial", "capture", "analysis") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_ruff_finds_nothing() -> None:
    _run("-m", "ruff", "check", "--no-cache", ".")


def test_pure_code_is_strictly_typed() -> None:
    _run("-m", "mypy", *PURE)


def test_every_model_change_has_its_migration(database: str) -> None:
    _run("manage.py", "makemigrations", "--check", "--dry-run", ENDPOINT_DATABASE_NAME=database)


@pytest.mark.requirement("R14")
def test_the_deployment_checks_pass_in_production() -> None:
    _run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        ENDPOINT_ENV="production", ENDPOINT_HOSTS="trial.example",
        ENDPOINT_SECRET_KEY="Zk3v9Qm-0aXw7Lr2Tn8Bc5Yd1Ph6Gs4Jf_eUoViRqWxMzKtNbDlSaCgHyEj",
    )


@pytest.mark.parametrize("missing", ["ENDPOINT_SECRET_KEY", "ENDPOINT_HOSTS"])
def test_production_refuses_to_start_without(missing: str) -> None:
    words = {"ENDPOINT_SECRET_KEY": "Zk3v9Qm-0aXw7Lr2Tn8B" * 3, "ENDPOINT_HOSTS": "trial.example", missing: ""}
    with pytest.raises(AssertionError, match="Production needs"):
        _run("manage.py", "check", ENDPOINT_ENV="production", **words)


@pytest.mark.requirement("R12")
def test_production_refuses_to_start_without_the_second_factor() -> None:
    words = {"ENDPOINT_SECRET_KEY": "Zk3v9Qm-0aXw7Lr2Tn8B" * 3, "ENDPOINT_HOSTS": "trial.example"}
    with pytest.raises(AssertionError, match="Production needs two-factor authentication"):
        _run("manage.py", "check", ENDPOINT_ENV="production", ENDPOINT_SECOND_FACTOR="off", **words)


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()
               if "migrations" not in path.parts}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}
