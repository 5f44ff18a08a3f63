"""Messages to the worker: whoever saves does not wait for the broker."""

import time

import pytest

from trial.runtime.worker import messages

pytestmark = pytest.mark.requirement("R64")


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
