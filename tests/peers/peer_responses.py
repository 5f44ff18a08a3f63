"""Confirmed responses, best responses, OS, PFS, TTP and DOR beside admiral and admiralonco. By hand:

    R_LIBS=… .venv/bin/python -m pytest -q -n 0 -s tests/peers/peer_responses.py

Of the demo, and of PEER_HISTORIES drawn lives (240 unless said: 20 minutes), entered through the services of the
product. Prints each kind of difference with its explanation, and fails on one that nobody can explain. Needs R with
haven, dplyr, admiral 1.0 and admiralonco 1.0; without them it ends with the words of R.
"""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.capture.demo.kept import demo_database
from tests.cast import person
from tests.lives import desk
from tests.lives.drawn import lives
from tests.peers.compared import differences, subjects
from tests.plugin_postgres import another_database
from trial.models import GroupSettings, Role, Site
from trial.operations import exports
from trial.protocol import GROUPS
from trial.record import changes

HISTORIES = int(os.environ.get("PEER_HISTORIES", "240"))
AT_ONCE = 4
SCRIPT = Path(__file__).with_name("derive_responses.R")


@pytest.mark.timeout(7200)
def test_the_demo(template_database: str, tmp_path: Path) -> None:
    """All 93 participants."""
    kept = demo_database()
    with another_database(template_database, kept):
        _compare(tmp_path)


@pytest.mark.timeout(7200)
def test_drawn_histories(database: str, tmp_path: Path) -> None:
    """Four lives of each seed, so that every kind of end and waiver occurs."""
    with changes.record(None, "system", "open for as many"):
        north = Site.objects.create(code="NORTH", name="North", country="NLD")
        for group in GROUPS:
            chosen = {"accrual_ceiling": 100_000, "suspend_at_stage_1": False}
            GroupSettings.objects.create(group=group.code, chosen=chosen)
    place = desk.Desk(person("nora", Role.COORDINATOR, north), north, person("the_chair", Role.CHAIR))
    # All at once: the desk knows a step again by its identity.
    for drawn in [lives(seed, AT_ONCE) for seed in range(1, 1 + HISTORIES // AT_ONCE)]:
        desk.in_order(place, drawn)
    _compare(tmp_path)


def _compare(folder: Path) -> None:
    for kind in ("sdtm", "adam"):
        exports.write(kind, folder / kind)
    ran = subprocess.run(["Rscript", str(SCRIPT), str(folder)], capture_output=True, text=True,
                         env=os.environ | {"TZ": "UTC"})  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    everybody = subjects(folder)
    found = [one for subject in everybody for one in differences(subject)]
    print(f"\n{ran.stdout.strip()}: {len(found)} answers differ")
    for (what, why), count in sorted(Counter((one.what, one.why) for one in found).items()):
        print(f"  {what}: {count}, {why or 'NOT EXPLAINED'}")
    assert everybody and not [one for one in found if not one.why]
