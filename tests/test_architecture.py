"""The import rules of the house, read from the code itself."""

import ast
import graphlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The floors of each application, lowest first: a folder imports itself and the floors before it, never upwards.
# Modules beside the folders (settings, urls, tasks, commands …) stand above all of them.
FLOORS: dict[str, tuple[str, ...]] = {
    "trial": ("protocol", "rules", "tabulation", "models", "audit", "drawing", "runtime", "record", "api",
              "accounts", "operations"),
    "capture": ("grading", "casebook", "entry", "expedited", "conduct", "exchange", "participants", "trail", "copies",
                "demo", "api"),
    "analysis": ("statistics", "outcomes", "endpoints", "charts", "results", "submission", "views"),
}  # fmt: skip
FORBIDDEN = {"trial": {"capture", "analysis"}, "capture": {"analysis"}, "analysis": {"capture"}}
PURE = (
    "trial/refused.py",
    "trial/protocol",
    "trial/drawing/axes.py",
    "trial/rules",
    "trial/tabulation",
    "analysis/statistics",
    "analysis/outcomes",
    "analysis/endpoints",
    "analysis/charts",
    "capture/participants/timeline",
)
# `from capture.participants.timeline import scans` names the package.
PACKAGES = {"trial", "trial.refused", "trial.protocol", "trial.tabulation",
            "trial.rules.evaluation", "trial.rules.response",
            "trial.rules.safety", "trial.rules.dates", "trial.rules.dose", "analysis.statistics",
            "analysis.outcomes", "analysis.endpoints",
            "analysis.endpoints.answers", "analysis.charts", "analysis.charts.watch",
            "capture.participants.timeline", "trial.drawing"}  # fmt: skip
ALLOWED_OUTSIDE = {
    "analysis/statistics/intervals.py": {"scipy", "numpy"},
    "analysis/statistics/after_stopping.py": {"scipy", "numpy"},
    "analysis/statistics/projection.py": {"scipy"},
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


# Reached from below by design: the Celery application that wakes the worker, and the exception for what cannot be done,
# which every floor raises.
BESIDE_THE_FLOORS = {"trial.celery", "trial.refused", "analysis.models"}


def _names(path: Path) -> set[str]:
    """Every module or name that a file imports, in functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("application", sorted(FLOORS))
def test_no_folder_imports_upwards(application: str) -> None:
    floors = FLOORS[application]
    offenders = []
    for floor, folder in enumerate(floors):
        modules = _modules(f"{application}/{folder}")
        assert modules, folder
        for path in modules:
            for name in _names(path):
                parts = name.split(".")
                if parts[0] != application or ".".join(parts[:2]) in BESIDE_THE_FLOORS:
                    continue
                if parts[1] not in floors[: floor + 1]:
                    offenders.append(f"{path.relative_to(ROOT)} imports {name}")
    assert offenders == []


def test_every_folder_stands_on_a_floor() -> None:
    of_django = {"management", "migrations", "templatetags", "static", "__pycache__"}
    for application, floors in FLOORS.items():
        folders = {path.name for path in (ROOT / application).iterdir() if path.is_dir()}
        assert folders - of_django == set(floors), application


def _file_of(name: str) -> str | None:
    """The file of a module, or of the one that has the name; None for what is not ours."""
    for each in (name, name.rpartition(".")[0]):
        for path in (f"{each.replace('.', '/')}.py", f"{each.replace('.', '/')}/__init__.py"):
            if (ROOT / path).is_file():
                return path
    return None


def test_no_two_files_need_each_other() -> None:
    """Imports inside functions and those for types alone count as well."""
    needs = {str(path.relative_to(ROOT)): {file for name in _names(path) if (file := _file_of(name)) is not None}
             for package in FLOORS for path in _modules(package)}  # fmt: skip
    graphlib.TopologicalSorter({file: found - {file} for file, found in needs.items()}).prepare()


def test_the_protocol_is_reached_only_through_the_names_that_it_offers() -> None:
    imports = [node for node in ast.parse((ROOT / "trial/protocol/__init__.py").read_text(encoding="utf-8")).body
               if isinstance(node, ast.ImportFrom)]  # fmt: skip
    offered = {f"trial.protocol.{name.name}" for node in imports for name in node.names} | {"trial.protocol"}
    modules = [path for package in FLOORS for path in _modules(package)]
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules
        if not path.is_relative_to(ROOT / "trial" / "protocol")
        for name in _names(path)
        if name.startswith("trial.protocol.") and name not in offered
        and not name.startswith("trial.protocol.ctcae_v3.")
    ]  # fmt: skip
    assert strangers == []


FOLDER_LIMIT = 12
DJANGO_NAMES = {"apps.py", "models.py", "urls.py", "tasks.py", "settings.py", "wsgi.py", "celery.py", "management",
                "migrations", "templatetags", "static", "__init__.py", "__pycache__"}  # fmt: skip


def test_no_folder_has_more_than_twelve_children() -> None:
    crowded = {}
    for package in FLOORS:
        for folder in (ROOT / package, *(path for path in (ROOT / package).rglob("*") if path.is_dir())):
            if {"static", "migrations", "__pycache__"} & set(folder.parts):
                continue
            children = [path.name for path in folder.iterdir() if path.name not in DJANGO_NAMES]
            if len(children) > FOLDER_LIMIT:
                crowded[str(folder.relative_to(ROOT))] = len(children)
    assert crowded == {}


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
