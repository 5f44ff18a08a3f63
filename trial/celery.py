"""The queue of the analysis: it only wakes the worker, what is behind is read from PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")

from trial.runtime import addresses  # noqa: E402  the settings' name must stand first
from trial.runtime.worker import messages, own_sweep  # noqa: E402

_URL, _OPTIONS = addresses.broker()
# What is behind after a save waits behind nothing else: repairs, pages of the past and mail have a queue of their own,
# and so has what takes minutes. Any worker may serve any of them (-Q); the embedded one serves all.
NOW, SWEEP, LONG = QUEUES = ("now", "sweep", "long")
QUEUE_OF = {
    NOW: ("analysis.recompute", "analysis.gather", "analysis.prepare"),
    SWEEP: ("analysis.sweep", "analysis.range", "analysis.moment", "analysis.prune", "capture.send_digest",
            "trial.tell_of_lockout"),
    LONG: ("trial.back_up", "trial.verify_audit"),
}

celery_app = Celery("endpoint", broker=_URL)
celery_app.conf.update(
    broker_transport_options=_OPTIONS,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # however long the broker is away, the worker waits for it
    broker_connection_timeout=addresses.BROKER_PATIENCE_SECONDS,
    task_ignore_result=True,
    # Only counts the ranges of a whole recompute; the queue in PostgreSQL has nothing to count with.
    result_backend=_URL if _URL.startswith(("redis:", "rediss:")) else None,
    result_expires=3600,
    result_backend_transport_options={"retry_policy": {"max_retries": 1, "timeout": addresses.BROKER_PATIENCE_SECONDS}},
    redis_socket_timeout=addresses.BROKER_PATIENCE_SECONDS,
    redis_socket_connect_timeout=addresses.BROKER_PATIENCE_SECONDS,
    task_default_queue=SWEEP,
    task_routes={task: {"queue": queue} for queue, tasks in QUEUE_OF.items() for task in tasks},
    # Shorter than the half hour after which a message is given again. Only separate processes (prefork) are ended so;
    # threads are ended by the limits of their database sessions.
    task_soft_time_limit=1500,
    task_time_limit=1620,
    task_acks_late=True,  # a killed worker's task is given again; tasks may run twice
    task_publish_retry=False,  # a save never waits for the broker: the sweep wakes the worker anyway
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="UTC",
    beat_schedule={
        "sweep": {"task": "analysis.sweep", "schedule": addresses.SWEEP_SECONDS, "options": {"expires": None}},
        "back_up": {"task": "trial.back_up", "schedule": crontab(hour=1, minute=30)},
        # Hourly, at most one mail a day and person: what fails in the morning is tried again.
        "send_digest": {"task": "capture.send_digest", "schedule": crontab(hour="5-22", minute=5)},
        "prune": {"task": "analysis.prune", "schedule": crontab(hour=3, minute=0)},
        "verify_audit": {"task": "trial.verify_audit", "schedule": crontab(hour=2, minute=15)},
    },
)
celery_app.autodiscover_tasks()
celery_app.set_default()
messages.app = celery_app


@worker_init.connect
def _sweep_without_a_broker(**_: Any) -> None:
    """From the first moment on: a worker that finds no broker is never ready."""
    own_sweep.start()


@worker_ready.connect
def _sweep_at_once(sender: Any, **_: Any) -> None:
    """A worker that comes up, most of all after a crash, does not wait for the next minute to see what is behind."""
    messages.send("analysis.sweep")
    if NOW in sender.app.amqp.queues.consume_from:
        messages.send("analysis.prepare")
