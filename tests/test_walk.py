"""The walk of one measurement that `docs/architecture.md` describes is the one that the program takes."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from analysis.models import GroupResult
from analysis.tasks import recompute_group
from tests.capture.entry import test_live_response
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from trial.models import LesionReading, Role

ROOT = Path(__file__).resolve().parent.parent
MOST_FILES = 20
cast = test_live_response.cast


def _named() -> list[str]:
    """The files of the table, in order; a name without a folder lies beside the one before it."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| \d+ \| (.*?) \|", page.partition("## The walk of one measurement")[2], re.MULTILINE)
    found: list[str] = []
    for name in re.findall(r"`([^`]+\.py)`", " ".join(table)):
        found.append(name if "/" in name else f"{Path(found[-1]).parent}/{name}")
    return found


@contextmanager
def _walked() -> Iterator[set[str]]:
    """The files of the program in which anything ran meanwhile, in whatever thread."""
    ran: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            ran.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


@pytest.mark.requirement("R65")
def test_a_typed_measurement_passes_every_file_that_the_walk_names(cast: Cast) -> None:
    nora, chris = signed_in(cast.people[Role.COORDINATOR]), signed_in(cast.people[Role.CHAIR])
    address = "/participants/NET-001/assessments/new/"
    page = opened(nora, address)
    box = next(name for name in page if name.endswith("longest_diameter_mm"))
    typed = {name: "absent" for name in page if name.endswith("-state")} | {box: "28", box.replace(
        "longest_diameter_mm", "state"): "measured"}  # fmt: skip
    with _walked() as ran:
        answer = nora.post(address, page | typed | {"assessed_on": "09-MAR-2026", "method": "spiral_ct",
                                                    "slice_thickness_mm": "5", "marker": "normal",
                                                    "new_lesions": "no"})  # fmt: skip
        recompute_group(cast.participant.group)
        board = chris.get("/dashboard/")
    assert answer.status_code == 302 and board.status_code == 200, answer.content.decode()
    readings = LesionReading.objects.filter(assessment=cast.participant.assessments.latest("id"))
    assert readings.get(lesion=box.partition("-")[0].removeprefix("lesion")).longest_diameter_mm == 28
    assert GroupResult.objects.get().result["endpoints"]["best_response"]["without_confirmation"]
    named, walked = _named(), {str(Path(file).relative_to(ROOT)) for file in ran if file.startswith(str(ROOT))}
    assert len(named) == len(set(named)) <= MOST_FILES
    assert [file for file in named if file not in walked] == []
