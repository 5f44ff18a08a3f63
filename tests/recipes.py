"""What `docs/recipes.md` says: the code and the files of each recipe, and which files of a copy were changed by it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECIPES = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


def section(recipe: str) -> str:
    """The text of a recipe."""
    return RECIPES.split(f"\n## {recipe}\n")[1].split("\n## ")[0]


def code(recipe: str) -> list[str]:
    """The blocks of code of a recipe, in order."""
    return re.findall(r"```python\n(.*?)```", section(recipe), re.DOTALL)


def files(recipe: str) -> set[str]:
    """The files that the recipe names in its table; a folder where the name of the file is made."""
    table = section(recipe).split("| file | what |\n|---|---|\n")[1].split("\n\n")[0]
    return set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE))


def changed(copy: Path) -> set[str]:
    """The files of a copy of the program that are new or differ; a migration by its folder."""
    found = set()
    for file in copy.rglob("*"):
        name = file.relative_to(copy)
        if file.suffix in (".py", ".md", ".html", ".toml", ".sql") and not (
            (ROOT / name).is_file() and (ROOT / name).read_bytes() == file.read_bytes()
        ):
            found.add(f"{name.parent.as_posix()}/" if name.parent.name == "migrations" else name.as_posix())
    return found
