"""A whole recompute of the study beside R: each from its start to its end, by turns, in one run.

With a large study (`tests.bench.large_study`) in the database, no worker running, and R with its package survival:

    ENDPOINT_DATA=… python -m tests.bench.bench_beside_r [runs]

R reads the same facts from CSV files that are made before the clock starts; it answers fewer questions.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from trial.runtime import addresses

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = Path(__file__).with_name("same_questions.R")
TABLES = {
    "people": """SELECT p.id, p."group", p.registered_on, left(d.died_on, 10) AS died_on,
        greatest(p.registered_on, max(f.contacted_on)) AS alive_on FROM trial_participant p
        LEFT JOIN trial_death d ON d.participant_id = p.id LEFT JOIN trial_followup f ON f.participant_id = p.id
        WHERE p.number IS NOT NULL GROUP BY p.id, d.died_on""",
    "sizes": """SELECT a.participant_id AS id, a.id AS assessment, a.assessed_on AS "on", a.new_lesions AS new_lesion,
        coalesce(r.longest_diameter_mm, 0) AS mm FROM trial_assessment a
        JOIN trial_lesionreading r ON r.assessment_id = a.id JOIN trial_lesion l ON l.id = r.lesion_id
        WHERE l.kind = 'target'""",
    "events": "SELECT participant_id AS id, term, grade FROM trial_adverseevent WHERE grade IS NOT NULL",
}


def main(runs: int) -> None:
    """Prints the seconds of each run, on the wall and of processor time (without PostgreSQL's), and the medians."""
    with tempfile.TemporaryDirectory() as place:
        people = _export(Path(place))
        print(f"{people} participants, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(_seconds([sys.executable, "manage.py", "recompute", "--from-nothing"]))
            theirs.append(_seconds(["Rscript", str(SCRIPT), place]))
            print(f"recompute {ours[-1]}, R {theirs[-1]}, load {os.getloadavg()[0]:.1f}", flush=True)
    for place_of, what in enumerate(("on the wall", "of processor time")):
        one, other = (statistics.median(each[place_of] for each in of) for of in (ours, theirs))
        print(f"medians {what}: {one:.1f} s and {other:.1f} s, {one / other:.2f} × R")


def _export(folder: Path) -> int:
    with psycopg.connect(**addresses.connection()) as connection, connection.cursor() as cursor:
        for name, words in TABLES.items():
            with (folder / f"{name}.csv").open("wb") as file, \
                    cursor.copy(f"COPY ({words}) TO STDOUT WITH CSV HEADER") as copy:  # fmt: skip
                for part in copy:
                    file.write(part)
        found = cursor.execute("SELECT count(*) FROM trial_participant WHERE number IS NOT NULL").fetchone()
    return int(found[0]) if found else 0


def _seconds(words: list[str]) -> tuple[float, float]:
    began, before = time.perf_counter(), os.times()
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return round(time.perf_counter() - began, 1), round(used, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
