"""Two rounds of the campaign: worker, then database and broker are killed while people save through the pages.

What was acknowledged is on record, once and whole, the groups catch up and the chain verifies. The whole campaign, all
parts under 20 writers in 100 rounds, is run by hand: `python -m tests.faults.campaign`.
"""

import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.faults import findings
from tests.faults.campaign import Campaign
from tests.scratch import scratch_folder

pytestmark = [
    pytest.mark.requirement("R64"),
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc"),
]


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    """A campaign of three writers; its product is stopped and swept away afterwards."""
    place = scratch_folder()
    made = Campaign(place, writers=3, seed=1)
    yield made
    made.stop()
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.timeout(240)  # a product starts, loses two of its parts, and starts them again
def test_kills_of_worker_database_and_broker_lose_nothing_and_the_group_catches_up(campaign: Campaign) -> None:
    campaign.start()
    for kind in ("worker", "database and broker"):
        campaign.round(kind)
        assert campaign.violations == []
        assert campaign.came_back[kind]
    told = findings.notes(campaign.notes.iterdir())
    assert len(told.saved) >= 10
    assert len(campaign.caught_up) == 2 and campaign.chain["changes"] > len(told.saved)
    # The campaign can find something: a save that was noted and never made, and one that nobody noted.
    silent = next(iter(told.saved))
    del told.sent[silent]
    told.saved["lost-1"] = {"what": "saved", "kind": "deviation", "mark": "lost-1", "of": "", "at": 0.0}
    with campaign.product.database() as database:
        found = findings.violations(told, database, campaign.first_change)
    assert "lost-1 was acknowledged and is on record 0 times" in found
    assert f"{silent} was sent by nobody" in found
