"""The worker sees by itself when no sweep has come through the broker."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from trial.models import StatusNote, operations
from trial.runtime import addresses
from trial.runtime.worker import own_sweep


@pytest.mark.requirement("R64")
def test_a_sweep_is_overdue_after_its_interval_and_a_few_seconds(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connection.settings_dict
    monkeypatch.setattr(addresses, "connection", lambda: addresses.driver_words(row))
    assert own_sweep.is_overdue(), "none has ever ended"
    operations.note("sweep", True, "running")
    assert not own_sweep.is_overdue()
    late = datetime.now(UTC) - timedelta(seconds=addresses.SWEEP_SECONDS + own_sweep.GRACE_SECONDS + 1)
    StatusNote.objects.update(at=late)
    assert own_sweep.is_overdue()
    at_its_interval = datetime.now(UTC) - timedelta(seconds=addresses.SWEEP_SECONDS + 1)
    StatusNote.objects.filter(name="sweep").update(at=at_its_interval)
    assert not own_sweep.is_overdue(), "the scheduled one may be on its way"
    assert own_sweep.is_overdue(at_its_interval), "the last was the worker's own: no scheduled one comes"
    assert not own_sweep.is_overdue(late), "another than its own ended since"


def test_what_goes_wrong_once_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look(own: datetime | None) -> bool:
        looks.append(1)
        if len(looks) == 3:
            raise SystemExit  # ends the test
        raise TypeError("anything")

    monkeypatch.setattr(own_sweep, "is_overdue", look)
    monkeypatch.setattr(addresses, "SWEEP_SECONDS", 0.02)
    with pytest.raises(SystemExit):
        own_sweep._watch()
    assert len(looks) == 3


def test_of_several_workers_one_sweeps(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = connection.settings_dict
    monkeypatch.setattr(addresses, "connection", lambda: addresses.driver_words(row))
    swept: list[object] = []
    monkeypatch.setattr("subprocess.run", lambda *words, **more: swept.append(own_sweep.sweep()))
    assert own_sweep.sweep()
    assert swept == [False]
