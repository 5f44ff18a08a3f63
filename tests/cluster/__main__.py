"""The cluster by hand: two versions side by side, the main job, each part killed, the broker dead for a minute, the
database restarted under full pools, backup, restore, random rounds.

    .venv/bin/python -m tests.cluster --rounds 30 --writers 10 --seed 1 [--broker-dead 60] [--before COMMIT]

Needs nginx, valkey-server or redis-server, openssl and chromium. Prints a line a step and the table of the campaign.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

os.environ |= {"DJANGO_SETTINGS_MODULE": "trial.settings", "ENDPOINT_SECRET_KEY": "of-nobody" * 8}

import django  # noqa: E402  (the settings' name comes first)

django.setup()

from tests.cluster import walk  # noqa: E402
from tests.cluster.cluster import KINDS, ROOT, missing  # noqa: E402
from tests.scratch import scratch_folder  # noqa: E402

SIDE_BY_SIDE_SECONDS = 20

def before(commit: str, folder: Path) -> Path:
    """The files of an earlier commit, beside everything that the cluster keeps."""
    place = folder / "before"
    place.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(place)], input=packed, check=True)
    return place


def main() -> int:
    """0 when nothing was violated."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--rounds", 10), ("--writers", 10), ("--seed", 1), ("--broker-dead", 60)):
        words.add_argument(name, type=int, default=default)
    words.add_argument("--before", help="begins with this commit, and upgrades while people save")
    asked = words.parse_args()
    if missing():
        sys.exit(f"Not on this machine: {missing()}.")
    folder = scratch_folder()
    root = before(asked.before, folder) if asked.before else ROOT
    campaign = walk.campaign_on(folder, asked.writers, asked.seed, root)
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    try:
        campaign.start()
        say("everything runs")
        if asked.before:
            say(f"two versions side by side: {walk.upgrade(campaign, ROOT, SIDE_BY_SIDE_SECONDS)}")
        walk.deployment_is_clean(campaign.product)
        walk.plain_http_leads_to_tls(campaign.product)
        job = walk.main_job(campaign, 120_000)
        say("main job done in a browser")
        walk.somebody_guesses(campaign.product, job["coordinator"])
        say("wrong passwords: mail came")
        for kind in KINDS:
            say(campaign.round(kind))
        say(f"broker hung for 10 s: {walk.broker_fails(campaign, 10, hangs=True).within(1, 10)}")
        dead = walk.broker_fails(campaign, asked.broker_dead, hangs=False).within(1, 10)
        say(f"broker dead for {asked.broker_dead} s: {dead}")
        say(f"database restarted under full pools: {walk.database_restarts(campaign).within(1, 3)}")
        walk.backup_comes_back(campaign.product)
        say("backup, drill and restore")
        for number in range(asked.rounds):
            say(f"round {number + 1}: {campaign.round(campaign.chance.choice(KINDS))}")
        print(campaign.table(), flush=True)
    finally:
        campaign.stop()
        if campaign.violations or sys.exc_info()[0]:
            print(f"the notes and logs stay in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if campaign.violations else 0


if __name__ == "__main__":
    sys.exit(main())
