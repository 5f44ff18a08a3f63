"""Product lines by part at any commits, a hand command: `python tests/bench/count_lines.py [COMMIT …]` (default HEAD).

A product line is a line, blank ones and comments included, of a tracked file that the product is made of. Not counted:
tests, docs, CI, what others wrote (vendored files, fonts, license) and data (tables, pictures, package lists).
"""

import io
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import PurePosixPath

NOT_THE_PRODUCT = {"tests", "docs", ".ci", "vendor", "fonts", "LICENSE"}
PARTS = {".py": "python", ".html": "templates", ".css": "css", ".js": "js", ".sql": "sql"}
REST = (".sh", ".md", ".yml", "")


def part_of(path: str) -> str:
    """Name of the part that a file belongs to, "" where its lines are no product lines."""
    file = PurePosixPath(path)
    if NOT_THE_PRODUCT & set(file.parts):
        return ""
    if "migrations" in file.parts:
        return "migrations"
    return PARTS.get(file.suffix, "deployment and README" if file.suffix in REST else "")


def product_lines(commit: str) -> Counter[str]:
    """Lines of each part at a commit."""
    packed = subprocess.run(["git", "archive", "--format=tar", commit], capture_output=True, check=True).stdout
    counted: Counter[str] = Counter()
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        for file in files.getmembers():
            if file.isfile() and (part := part_of(file.name)):
                counted[part] += files.extractfile(file).read().count(b"\n")
    return counted


if __name__ == "__main__":
    for commit in sys.argv[1:] or ["HEAD"]:
        counted = product_lines(commit)
        parts = ", ".join(f"{part} {lines:,}" for part, lines in counted.most_common())
        print(f"{commit}: {counted.total():,} product lines ({parts})")
