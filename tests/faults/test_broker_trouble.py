"""A broker that hangs or is dead reaches nobody who saves, and the worker brings the groups up to date without it."""

import shutil
import sys
import time
from collections.abc import Iterator

import pytest

from tests.faults.broker import SilentBroker
from tests.faults.campaign import Campaign, p95
from tests.faults.crowd import Crowd
from tests.scratch import scratch_folder
from trial.runtime.worker import messages

pytestmark = [
    pytest.mark.requirement("R64"),
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes to kill in /proc"),
]
SWEEP_SECONDS = 2


@pytest.fixture
def broken() -> Iterator[SilentBroker]:
    """A broker that hangs."""
    made = SilentBroker()
    yield made
    made.die()


@pytest.fixture
def campaign(broken: SilentBroker) -> Iterator[Campaign]:
    """Two writers on a product whose broker hangs; stopped and swept away afterwards."""
    place = scratch_folder()
    made = Campaign(place, writers=2, seed=1)
    made.product.environment |= {"CELERY_BROKER_URL": broken.address, "ENDPOINT_SWEEP_SECONDS": str(SWEEP_SECONDS)}
    yield made
    made.stop()
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.timeout(300)  # a product starts without its broker
def test_saves_are_quick_and_groups_catch_up_while_the_broker_hangs_and_when_it_is_dead(
    campaign: Campaign, broken: SilentBroker
) -> None:
    campaign.start()
    for trouble in (lambda: None, broken.die):
        trouble()
        before = sum(len(each.saves) for each in campaign.writers)
        with Crowd() as crowd:
            campaign.let(go=True)
            time.sleep(6)
            campaign.let(go=False)
            assert campaign.all_idle()
        campaign.check()
        saves = [saved - sent for each in campaign.writers for sent, saved in each.saves]
        assert campaign.violations == [] and len(saves) >= before + 5
        # On a machine of its own a second; what else runs here makes each save as much longer as any other work.
        assert p95(saves) <= 1 * crowd.factor, (saves, crowd.factor)


def test_sending_a_message_does_not_wait_and_the_same_message_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from trial.celery import celery_app

    sent: list[object] = []

    def slow(task: str, args: list[object], **_: object) -> None:
        time.sleep(0.2)
        sent.append((task, args))
        raise OSError("no broker")

    monkeypatch.setattr(celery_app, "send_task", slow)
    began = time.monotonic()
    for _ in range(50):
        messages.send("analysis.recompute", "A")
    assert time.monotonic() - began < 0.2
    assert messages.wait_until_sent(5)
    assert 1 <= len(sent) <= 2 and set(map(str, sent)) == {"('analysis.recompute', ['A'])"}
