"""The cluster by hand: two versions side by side, the main job, each part killed, the broker dead for a minute, the
database restarted under full pools, a lock held, silent clients, a full disk (as root), a wrong clock, backup, restore,
random rounds.

    .venv/bin/python -m tests.cluster --rounds 30 --writers 10 --seed 1 [--broker-dead 60] [--before COMMIT]
    .venv/bin/python -m tests.cluster --writers 6 --troubles-only

Needs nginx, valkey-server or redis-server, openssl and chromium. Prints a line a step and the table of the campaign.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

os.environ |= {"DJANGO_SETTINGS_MODULE": "trial.settings", "ENDPOINT_SECRET_KEY": "of-nobody" * 8}

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from tests.cluster import troubles, walk  # noqa: E402
from tests.cluster.cluster import KINDS, ROOT, missing  # noqa: E402
from tests.faults.campaign import Campaign  # noqa: E402
from tests.scratch import scratch_folder  # noqa: E402

SIDE_BY_SIDE_SECONDS = 20
DATA = shutil.ignore_patterns("postgres", "static", "before", "fills_the_disk")


def before(commit: str | None, folder: Path) -> Path:
    """The files of an earlier commit, beside everything that the cluster keeps; without one, this checkout."""
    if commit is None:
        return ROOT
    place = folder / "before"
    place.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(place)], input=packed, check=True)
    return place


def the_walk(campaign: Campaign, asked: argparse.Namespace) -> Iterator[str]:
    """A line a step. AssertionError: something did not hold."""
    if asked.before:
        yield f"two versions side by side: {walk.upgrade(campaign, ROOT, SIDE_BY_SIDE_SECONDS)}"
    walk.deployment_is_clean(campaign.product)
    walk.plain_http_leads_to_tls(campaign.product)
    job = walk.main_job(campaign, 120_000)
    yield "main job done in a browser"
    walk.somebody_guesses(campaign.product, job["coordinator"])
    yield "wrong passwords: mail came"
    for kind in KINDS:
        yield campaign.round(kind)
    yield f"broker hung for 10 s: {walk.broker_fails(campaign, 10, hangs=True).within(1, 10)}"
    dead = walk.broker_fails(campaign, asked.broker_dead, hangs=False).within(1, 10)
    yield f"broker dead for {asked.broker_dead} s: {dead}"
    yield f"database restarted under full pools: {walk.database_restarts(campaign).within(1, 3)}"


def the_troubles(campaign: Campaign, own_disk: bool) -> Iterator[str]:
    """A line a step. AssertionError: something did not hold."""
    yield f"450 silent clients for 10 s: {troubles.clients_are_silent(campaign, 10).within(1, 1)}"
    yield f"the writers' lock held for 10 s (pages): {troubles.lock_is_held(campaign, 10).within(1, 5)}"
    if own_disk:
        yield f"the disk full (saves once there is room): {troubles.disk_is_full(campaign).within(5, 60)}"
    yield f"the clock ahead and set back (saves): {troubles.clock_is_wrong(campaign, 5).within(1, 1)}"


def main() -> int:
    """0 when nothing was violated."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--rounds", 10), ("--writers", 10), ("--seed", 1), ("--broker-dead", 60)):
        words.add_argument(name, type=int, default=default)
    words.add_argument("--before", help="begins with this commit, and upgrades while people save")
    words.add_argument("--troubles-only", action="store_true", help="what no kill makes, and nothing else")
    asked = words.parse_args()
    if missing():
        sys.exit(f"Not on this machine: {missing()}.")
    folder, began, sound = scratch_folder(), time.monotonic(), False
    with troubles.small_disk(folder) as own_disk:
        campaign = walk.campaign_on(folder, asked.writers, asked.seed, before(asked.before, folder))
        try:
            campaign.start()
            steps = [the_troubles(campaign, own_disk)]
            if not asked.troubles_only:
                steps = [the_walk(campaign, asked), *steps, the_rest(campaign, asked.rounds)]
            for line in chain(["everything runs"], *steps):
                print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)
            print(campaign.table(), flush=True)
            sound = not campaign.violations
        finally:
            campaign.stop()
            if not sound:
                kept = shutil.copytree(folder, folder.with_name(f"{folder.name}-kept"), ignore=DATA)
                print(f"the notes and logs stay in {kept}")
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if sound else 1


def the_rest(campaign: Campaign, rounds: int) -> Iterator[str]:
    """A backup comes back, and random rounds. AssertionError: something did not hold."""
    walk.backup_comes_back(campaign.product)
    yield "backup, drill and restore"
    for number in range(rounds):
        yield f"round {number + 1}: {campaign.round(campaign.chance.choice(KINDS))}"


if __name__ == "__main__":
    sys.exit(main())
