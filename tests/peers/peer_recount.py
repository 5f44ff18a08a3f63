"""Figures and tables of a group's results, counted again by R from the exported files. By hand, where R is:

    .venv/bin/python -m pytest -q -n 0 -s tests/peers/peer_recount.py

Of the demo, and of generated studies with 0, 1 and 500 participants a group, in which nobody or everybody has an event,
and whose curves end with one at risk. Prints how many numbers were compared and each difference, and fails on one.

Read from the program's own ADaM and not derived anew: who is in a population, who responded, when an event was and how
long a time is (`peer_responses.py` derives responses and times). Left out: the interval of the primary endpoint, the
two-stage plan with its operating characteristics, the boundary of toxicity, all lines of sensitivity, intensity,
reductions and delays of dose, hormones by marker, shifts of tests with a grade on either side of normal, and subgroups
other than sex.

Needs R with haven and survival. PEER_PARTICIPANTS: of the largest study, 500 unless said.
"""

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.endpoints import registry
from analysis.models import GroupResult
from analysis.results.recompute import recompute
from tests.bench import large_study
from tests.capture.demo.kept import demo_database
from tests.peers import recounted
from tests.plugin_postgres import another_database
from trial.models import Site
from trial.operations import exports
from trial.protocol import GROUPS
from trial.record import changes

SCRIPT = Path(__file__).with_name("recount.R")
MOST = int(os.environ.get("PEER_PARTICIPANTS", "500"))


class OneEnd(random.Random):
    """Chances by which every life ends alike: of choices the first, a response, or the last, a progression."""

    dies = False

    def random(self) -> float:
        """Below a half everybody dies."""
        return 0.1 if self.dies else 0.9

    def choice(self, seq: Sequence[Any]) -> Any:
        """What is as bad as it can be, or not at all."""
        return seq[-1] if self.dies else seq[0]


class EverybodyDies(OneEnd):
    """Everybody progresses and dies."""

    dies = True


@pytest.mark.timeout(7200)
def test_the_demo(template_database: str, tmp_path: Path) -> None:
    """All 93 participants."""
    with another_database(template_database, demo_database()):
        _compare(tmp_path, 93)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("participants", "chance"), [
    pytest.param(0, random.Random, id="nobody"), pytest.param(1, random.Random, id="one a group"),
    pytest.param(20, OneEnd, id="no event"), pytest.param(20, EverybodyDies, id="all events"),
    pytest.param(MOST, random.Random, id="many, at the end one at risk"),
])  # fmt: skip
def test_a_generated_study(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, participants: int, chance: type[random.Random]
) -> None:
    monkeypatch.setattr(large_study.random, "Random", chance)
    large_study.fill(participants)
    if not participants:
        with changes.record(None, "system", "a study that nobody takes part in"):
            Site.objects.create(code="NORTH", name="North", country="NLD")
    _compare(tmp_path, participants * len(GROUPS))


def _compare(folder: Path, participants: int) -> None:
    for kind in ("csv", "adam"):
        exports.write(kind, folder / kind)
    ran = subprocess.run(["Rscript", str(SCRIPT), str(folder)], capture_output=True, text=True,
                         env=os.environ | {"TZ": "UTC"})  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    theirs, found, registered = recounted.of_file(folder / "recount.csv"), [], 0
    for group in GROUPS:
        recompute(group.code)
        stored = GroupResult.objects.filter(group=group.code, cutoff=None).latest("pk").result
        ours = recounted.of_result(registry.arranged(stored))
        registered += stored["registered"] + len(stored["in_error"])
        found += [f"group {group.code}, {each}" for each in recounted.differences(theirs[group.code], ours)]
        print(f"\ngroup {group.code}: {len(ours)} numbers of {stored['registered']} participants compared")
    print("\n".join(found) or "no difference")
    assert registered == participants and not found
