"""A disk that is really full: nothing acknowledged is lost, and saves go on by themselves once there is room."""

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign
from tests.scratch import scratch_folder

pytestmark = [
    pytest.mark.requirement("R64"),
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk in memory"),
]
SIZE_MB = 500


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    """Two writers on a product whose data folder is a small disk of its own."""
    place = scratch_folder()
    data = place / "data"
    data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "endpoint-test", data],
                             capture_output=True, text=True)  # fmt: skip
    if mounted.returncode:
        shutil.rmtree(place)
        pytest.skip(f"only root mounts a disk: {mounted.stderr.strip()}")
    made = Campaign(place, writers=2, seed=3)
    yield made
    made.stop()
    subprocess.run(["umount", "-l", data], check=True)
    shutil.rmtree(place, ignore_errors=True)


def fill(data: Path) -> Path:
    """Takes all the room there is."""
    place = data / "fills_the_disk"
    with place.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**16))
        except OSError:
            return place


def status(campaign: Campaign) -> int:
    """The sign of life."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{campaign.product.port}/status/live", timeout=10) as answer:
            return int(answer.status)
    except (urllib.error.URLError, OSError):
        return 0


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_on_a_full_disk_and_saves_go_on_once_there_is_room(campaign: Campaign) -> None:
    campaign.start()
    campaign.let(go=True)
    time.sleep(3)
    filling = fill(campaign.product.data)
    deadline = time.monotonic() + 60
    while not any(each.counts.get("unanswered") for each in campaign.writers) and time.monotonic() < deadline:
        fill(campaign.product.data)
        time.sleep(0.2)
    assert any(each.counts.get("unanswered") for each in campaign.writers), "the disk was never full to a writer"
    assert status(campaign) == 200
    filling.unlink()
    freed = time.monotonic()
    while not any(sent > freed for each in campaign.writers for sent, _ in each.saves):
        assert time.monotonic() - freed < 120, "nobody could save once there was room"
        time.sleep(0.1)
    campaign.let(go=False)
    assert campaign.all_idle()
    campaign.check()
    assert campaign.violations == []
