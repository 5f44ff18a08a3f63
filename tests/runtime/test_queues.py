"""What a save waits for has a queue of its own, and every queue is served."""

from typing import Any

import pytest

from analysis.results import recompute
from tests.cluster.compose import services
from trial.celery import LONG, NOW, QUEUE_OF, QUEUES, SWEEP, celery_app
from trial.runtime import supervisor
from trial.runtime.worker import messages


def _served(words: list[str]) -> tuple[str, ...]:
    return tuple(words[words.index("-Q") + 1].split(","))


def test_every_task_of_the_product_has_its_queue() -> None:
    celery_app.loader.import_default_modules()
    own = {name for name in celery_app.tasks if not name.startswith("celery.")}
    assert own == {task for tasks_of in QUEUE_OF.values() for task in tasks_of}


def test_housekeeping_is_on_no_queue_that_a_save_waits_for() -> None:
    route = celery_app.amqp.router.route
    assert route({}, "analysis.recompute")["queue"].name == NOW
    assert {route({}, entry["task"])["queue"].name for entry in celery_app.conf.beat_schedule.values()} == {SWEEP, LONG}


def test_the_servers_have_a_worker_for_each_queue_and_the_embedded_worker_serves_all() -> None:
    workers = [each for name, each in services().items() if name.startswith("worker")]
    assert sorted(queue for each in workers for queue in _served(each.command)) == sorted(QUEUES)
    started: list[list[str]] = []

    class Watched(supervisor.Supervisor):
        def _part(self, name: str, words: list[str], at_parents_death: int) -> None:
            started.append(words)

    Watched()._start_product(8000)
    [worker] = [words for words in started if "worker" in words]
    assert _served(worker) == QUEUES


def test_whoever_saves_while_a_recompute_is_under_way_is_not_forgotten(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(messages, "send", lambda *words: sent.append(words))
    recompute.recompute("A")
    assert sent == []
    computed_before = recompute.is_behind
    monkeypatch.setattr(recompute, "is_behind", lambda group: not computed_before(group))
    recompute.recompute("A")
    assert sent == [("analysis.recompute", "A")]
