#!/usr/bin/env python3
"""The one command: `python3 run.py` starts Endpoint, `python3 run.py test [pytest's words]` runs its tests.

`python3 run.py manage WORDS` is manage.py with what it runs on, such as a restore on a new machine. `python3 run.py
practice` starts an installation to practice in: it has a folder and a database of its own and knows of no other.

Standard library only. Makes .venv from the pinned requirements, anew whenever those or Python change.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"


def stamp(lists: list[Path]) -> str:
    """What .venv was made from: the requirement lists and the Python that made it."""
    digest = hashlib.sha256(sys.version.encode())
    for each in lists:
        digest.update(each.read_bytes())
    return digest.hexdigest()


def is_made(lists: list[Path], mark: Path) -> bool:
    """Whether .venv stands and was made from these lists."""
    return PYTHON.exists() and mark.exists() and mark.read_text() == stamp(lists)


def make(lists: list[Path], mark: Path) -> None:
    """Makes or refreshes .venv. Exits with a reason in words when it cannot."""
    print(f"Installing what Endpoint runs on into {VENV.name} (once, about a minute)", flush=True)
    uv = shutil.which("uv")
    words = [word for each in lists for word in ("-r", str(each))]
    try:
        if not PYTHON.exists():
            subprocess.run([uv, "venv", "--python", sys.executable, str(VENV)] if uv else
                           [sys.executable, "-m", "venv", str(VENV)], check=True)
        installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else \
            [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "-q"]
        subprocess.run([*installer, "--require-hashes", *words], check=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed ({error}). On Debian the package python3-venv is needed; so is the network, once.")
    mark.write_text(stamp(lists))


def practice() -> None:
    """Leaves nothing in the environment by which another database, broker or mail server could be reached."""
    port, data = os.environ.get("ENDPOINT_PORT", "8001"), os.environ.get("ENDPOINT_DATA") or str(ROOT / ".data")
    for name in [each for each in os.environ if each.startswith(("ENDPOINT_", "DATABASE_", "CELERY_", "PG"))]:
        del os.environ[name]
    os.environ |= {"ENDPOINT_PRACTICE": "on", "ENDPOINT_PORT": port, "ENDPOINT_DATA": f"{data.rstrip('/')}-practice"}


def main() -> None:
    """Reads the one optional word and hands over to the virtual environment."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        sys.exit("Endpoint needs Python 3.11, 3.12 or 3.13.")
    testing = sys.argv[1:2] == ["test"]
    known = {"": ["-m", "trial.runtime"], "test": ["-m", "pytest"], "manage": ["manage.py"],
             "practice": ["-m", "trial.runtime"]}  # fmt: skip
    asked = known.get(" ".join(sys.argv[1:2]))
    if asked is None:
        sys.exit("Either python3 run.py, or python3 run.py practice, or python3 run.py test [pytest's words], or "
                 "python3 run.py manage WORDS.")  # fmt: skip
    if sys.argv[1:2] == ["practice"]:
        practice()
    lists = [ROOT / "requirements.txt"]
    mark = VENV / "stamp"
    if testing:
        lists.append(ROOT / "tests" / "requirements.txt")
        mark = VENV / "stamp-tests"
    if not is_made(lists, mark):
        make(lists, mark)
    os.chdir(ROOT)
    words = [*asked, *sys.argv[2:]]
    if os.name == "nt":
        sys.exit(subprocess.run([str(PYTHON), *words], check=False).returncode)
    os.execv(PYTHON, [str(PYTHON), *words])


if __name__ == "__main__":
    main()
