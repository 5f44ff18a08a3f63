"""The import rules of the house, read from the code itself."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {"trial": {"capture", "analysis"}, "capture": {"analysis"}, "analysis": {"capture"}}
PURE = (
    "trial/protocol.py",
    "trial/rules/dates/partial_date.py",
    "trial/drawing/axes.py",
    "trial/protocol/schedule.py",
    "trial/protocol/code_lists.py",
    "trial/protocol/form_versions.py",
    "trial/rules",
    "trial/ctcae_v3",
    "trial/evaluation",
    "analysis/statistics",
    "analysis/outcomes",
    "analysis/endpoints",
    "analysis/charts",
    "capture/timeline",
)
# `from capture.timeline import scans` names the package.
PACKAGES = {"trial", "trial.rules.evaluation", "analysis.statistics", "analysis.outcomes", "analysis.endpoints",
            "analysis.endpoints.answers", "analysis.charts", "capture.participants.timeline"}
ALLOWED_OUTSIDE = {
    "analysis/statistics/intervals.py": {"scipy", "numpy"},
    "analysis/statistics/after_stopping.py": {"scipy", "numpy"},
    "analysis/statistics/survival.py": {"lifelines"},
}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def _modules(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_does_not_import_its_neighbour(package: str) -> None:
    modules = _modules(package)
    assert modules
    offenders = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules
        for name in _imports(path)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert offenders == []


@pytest.mark.parametrize("place", PURE)
def test_pure_code_imports_only_the_standard_library_and_pure_code(place: str) -> None:
    modules = _modules(place)
    assert modules, place
    offenders = []
    for path in modules:
        allowed = ALLOWED_OUTSIDE.get(str(path.relative_to(ROOT)), set())
        for name in _imports(path):
            top = name.split(".")[0]
            pure = any(name.replace(".", "/").startswith(each.removesuffix(".py")) for each in PURE)
            if name in PACKAGES or pure or top in allowed:
                continue
            if top not in sys.stdlib_module_names:
                offenders.append(f"{path.relative_to(ROOT)} imports {name}")
    assert offenders == []


def test_the_web_process_never_loads_lifelines_or_pandas() -> None:
    code = (
        "import django, sys; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "import trial.urls, capture.urls, analysis.urls;"
        "print([name for name in ('lifelines', 'pandas', 'scipy') if name in sys.modules])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "trial.settings"}
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_every_constant_of_the_protocol_names_its_source_and_mark() -> None:
    from trial import protocol

    marks = {protocol.REGISTRY, protocol.RECIST, protocol.CTCAE, protocol.OUR_READING}
    assert all(each.source and each.mark in marks for each in protocol.CONSTANTS)
    assert len({each.name for each in protocol.CONSTANTS}) == len(protocol.CONSTANTS)
    assert len(protocol.ELIGIBILITY) == 23
