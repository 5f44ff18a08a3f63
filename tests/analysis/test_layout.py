"""The layout of analysis: which folder may import which, and how many children a folder holds."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# A folder may import itself and what stands before it in this table.
FLOORS = ("statistics", "outcomes", "charts", "endpoints", "models", "results", "submission", "views")
# What a floor must not import, though it stands below.
APART = {"outcomes": {"statistics"}, "charts": {"outcomes"}, "endpoints": {"charts"}, "results": {"charts"}}
DJANGO = {"apps.py", "models.py", "urls.py", "tasks.py", "management", "migrations", "templatetags"}
MOST_CHILDREN = 12


def _imported_floors(path: Path) -> set[str]:
    floors: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "analysis":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            floors |= {name.split(".")[1] for name in names}
    return floors


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_floors_below_it(floor: str) -> None:
    folder = ROOT / "analysis" / floor
    modules = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    assert modules
    allowed = set(FLOORS[: FLOORS.index(floor) + 1]) - APART.get(floor, set())
    imported = {str(path.relative_to(ROOT)): _imported_floors(path) - allowed for path in modules}
    assert {path: floors for path, floors in imported.items() if floors} == {}


@pytest.mark.parametrize("top", ["analysis", "templates/analysis", "tests/analysis"])
def test_no_folder_holds_more_than_twelve_children(top: str) -> None:
    folders = [ROOT / top, *(path for path in (ROOT / top).rglob("*") if path.is_dir())]
    crowded = {}
    for folder in folders:
        if folder.name == "__pycache__" or "migrations" in folder.parts:
            continue
        children = [child.name for child in folder.iterdir()
                    if child.name not in DJANGO | {"__init__.py", "__pycache__"}]  # fmt: skip
        if len(children) > MOST_CHILDREN:
            crowded[str(folder.relative_to(ROOT))] = sorted(children)
    assert crowded == {}
