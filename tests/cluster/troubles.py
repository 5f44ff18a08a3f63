"""Troubles that no kill makes: a lock that is held, clients that say nothing, a clock that is wrong, a full disk."""

import contextlib
import shutil
import socket
import ssl
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster.cluster import WEBS
from tests.cluster.walk import Trouble, took_since
from tests.faults.campaign import Campaign, until
from tests.faults.crowd import Crowd
from tests.faults.writer import Unanswered
from tests.trial.audit.test_clock import AHEAD, RIGHT_AGAIN
from trial.audit.install import WRITERS_LOCK

# Of the cluster's folder when it is a disk of its own: room for two databases, and little more.
DISK_MB = 1200
SILENT_CLIENTS = 150


@contextlib.contextmanager
def writing(campaign: Campaign) -> Iterator[None]:
    """People save meanwhile; afterwards nothing is lost, doubled or halved, and every group is current."""
    campaign.let(go=True)
    yield
    campaign.let(go=False)
    assert campaign.all_idle()
    campaign.check()


def saves_again(campaign: Campaign, since: float) -> float:
    """Seconds until a save is acknowledged that was sent after `since` (by `time.monotonic`)."""
    found = until(lambda: any(sent > since for each in campaign.writers for sent, _ in each.saves[-20:]), 120)
    assert found is not None, "nobody could save afterwards"
    return time.monotonic() - since


def page_seconds(campaign: Campaign) -> float:
    """How long a page takes that only reads. AssertionError: it was not answered."""
    began = time.monotonic()
    status, _, _ = campaign.writers[0]._ask("/work/")
    assert status == 200, status
    return time.monotonic() - began


def lock_is_held(campaign: Campaign, seconds: float) -> Trouble:
    """Somebody holds the lock of all writers: readers go on, nobody is told of a save, and saves go on afterwards."""
    began = [len(each.saves) for each in campaign.writers]
    with Crowd() as crowd, writing(campaign):
        until(lambda: all(len(each.saves) > count for each, count in zip(campaign.writers, began, strict=True)), 60)
        with campaign.product.database() as holder, holder.transaction():
            holder.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
            time.sleep(0.5)  # answers that were under way
            held, before = time.monotonic(), [len(each.saves) for each in campaign.writers]
            took = []
            while time.monotonic() - held < seconds:
                took.append(page_seconds(campaign))
                time.sleep(0.2)
            assert took_since(campaign, before) == [], "a save was acknowledged that could not be written"
        well_after = saves_again(campaign, time.monotonic())
    return Trouble.of(took, well_after, crowd)


def clients_are_silent(campaign: Campaign, seconds: float) -> Trouble:
    """Many clients of the proxy and of each web say half a request and wait: people go on saving."""
    half = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nuser"
    cluster, silent = campaign.product, []
    try:
        for place in ("https", *WEBS):
            for number in range(SILENT_CLIENTS):
                client = socket.create_connection(("127.0.0.1", cluster.ports[place]), timeout=10)
                if place == "https" and number % 3:
                    client = cluster.trusts().wrap_socket(client, server_hostname="localhost")
                with contextlib.suppress(ssl.SSLError, OSError):
                    client.sendall((b"", b"POST /sig", half)[number % 3])
                silent.append(client)
        before = [len(each.saves) for each in campaign.writers]
        with Crowd() as crowd, writing(campaign):
            time.sleep(seconds)
        took = took_since(campaign, before)
    finally:
        for client in silent:
            client.close()
    assert took, "nobody could save"
    return Trouble.of(took, 0, crowd)


def clock_is_wrong(campaign: Campaign, seconds: float) -> Trouble:
    """The database's clock runs three days ahead and is set back while people save: each time is kept as it was said,
    and the verification names it."""
    before = [len(each.saves) for each in campaign.writers]
    with Crowd() as crowd, writing(campaign):
        for words in (AHEAD, RIGHT_AGAIN):
            with campaign.product.database() as database, database.transaction():
                database.execute("SET LOCAL lock_timeout = '10s'")
                database.execute(words)
            saves_again(campaign, time.monotonic())
            time.sleep(seconds)
    said = campaign.product.manage("verify_audit", service="worker-long")
    assert "clock" in said, said
    with campaign.product.database() as database:
        found = database.execute(
            "SELECT count(*) FROM trial_change WHERE at - clock > interval '2 days'").fetchone()  # fmt: skip
    assert found is not None and found[0] > 0, "no change tells both times"
    took = took_since(campaign, before)
    return Trouble.of(took, 0, crowd)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of its own in this folder; False where only root mounts one."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "endpoint-test", folder],
                             capture_output=True)  # fmt: skip
    yield mounted.returncode == 0
    if mounted.returncode == 0:
        subprocess.run(["umount", "-l", folder], check=True)


def disk_is_full(campaign: Campaign) -> Trouble:
    """Everything that the cluster keeps lies on one disk, and it is full: saves are refused, and go on once there is
    room, by themselves."""
    place = campaign.product.folder / "fills_the_disk"
    with Crowd() as crowd, writing(campaign):
        before, deadline = sum(each.counts.get("unanswered", 0) for each in campaign.writers), time.monotonic() + 90
        with place.open("ab", buffering=0) as file:
            while sum(each.counts.get("unanswered", 0) for each in campaign.writers) == before:
                assert time.monotonic() < deadline, "the disk was never full to a writer"
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(2**16))
                time.sleep(0.2)
        with contextlib.suppress(Unanswered):
            campaign.writers[0]._ask("/status/live")
        place.unlink()
        freed, since = time.monotonic(), [len(each.saves) for each in campaign.writers]
        well_after = saves_again(campaign, freed)
        time.sleep(2)
    took = took_since(campaign, since)
    assert shutil.disk_usage(campaign.product.folder).free > 0 and statistics.median(took) > 0
    return Trouble.of(took, well_after, crowd)
