"""Which program runs: its version and its commit, read once per process, without git.

The commit comes from ENDPOINT_COMMIT (an image has no checkout), else from the files of the checkout; where neither
says it, it is called unknown. What was changed since that commit only the validation report tells.
"""

import os
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGITS = 12
UNKNOWN = "commit unknown"


def version() -> str:
    """The product's version as its project file states it."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def commit(root: Path = ROOT) -> str:
    """The first 12 hexadecimal digits of the commit, or "commit unknown"."""
    found = os.environ.get("ENDPOINT_COMMIT", "").strip().lower() or _of_the_checkout(root)
    return found[:DIGITS] if re.fullmatch("[0-9a-f]{12,64}", found) else UNKNOWN


def _of_the_checkout(root: Path) -> str:
    """What HEAD points to: by a file of its own, or by a line of the packed references."""
    try:
        place = _git_folder(root)
        head = (place / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return head
        common = place / "commondir"
        shared = (place / common.read_text(encoding="utf-8").strip()) if common.is_file() else place
        return _reference(shared, head.removeprefix("ref: "))
    except (OSError, UnicodeDecodeError):
        return ""


def _git_folder(root: Path) -> Path:
    """`.git`, or the folder that the file `.git` of a second working tree names."""
    place = root / ".git"
    if place.is_file():
        return root / place.read_text(encoding="utf-8").removeprefix("gitdir: ").strip()
    return place


def _reference(shared: Path, name: str) -> str:
    if (shared / name).is_file():
        return (shared / name).read_text(encoding="ascii").strip()
    for line in (shared / "packed-refs").read_text(encoding="utf-8").splitlines():
        digits, _, of = line.partition(" ")
        if of == name:
            return digits
    return ""


PROGRAM = f"endpoint {version()} {commit()}"
