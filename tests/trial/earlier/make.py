"""Writes a filled database of this version as compressed SQL: `python -m tests.trial.earlier.make FILE.sql.gz`.

It is filled through the services, with at least one row in every table of the record, on a server of its own.
"""

import gzip
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from tests import plugin_postgres

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def main(file: Path) -> None:
    """Starts a server, migrates as the owner, fills as the application, and dumps."""
    plugin_postgres.pytest_load_initial_conftests()
    try:
        words = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "--skip-checks", "-v", "0"]
        subprocess.run(words, env=os.environ | {"ENDPOINT_DATABASE_ROLE": "owner"}, check=True)
        fill()
        file.write_bytes(gzip.compress(_dump(), 9, mtime=0))
    finally:
        plugin_postgres.pytest_unconfigure()


def _dump() -> bytes:
    from trial.runtime import addresses
    from trial.runtime.postgres import binaries

    words = [str(binaries() / "pg_dump"), "--no-owner", "--inserts", "-h", addresses.socket_directory(),
             "-U", addresses.OWNER, addresses.DATABASE]  # fmt: skip
    return subprocess.run(words, check=True, capture_output=True).stdout


def fill() -> None:
    """The casebook with every form, the conduct of a study about it, and results."""
    from analysis.results.recompute import recompute
    from tests.capture.copies.story import whole_casebook
    from tests.cast import register
    from trial.audit import tables
    from trial.models import Role

    cast, one = whole_casebook()
    other = register(cast.people[Role.COORDINATOR], cast.north, date(2026, 3, 2))
    _decided(cast, other)
    _administered(cast)
    for group in ("A", "B"):
        recompute(group)
    _read(cast)
    empty = [model.__name__ for model in tables.record_models() if not model.objects.exists()]
    assert empty == [], f"tables without a row: {empty}"


def _decided(cast, other) -> None:
    from capture.conduct import holds, redactions
    from capture.entry.services import not_done, registration
    from tests.blacked import NAME, typed
    from trial.models import Reopening, Role
    from trial.protocol import Due
    from trial.record import changes
    from trial.record.save import Save

    nora, chris, monitor = (cast.people[role] for role in (Role.COORDINATOR, Role.CHAIR, Role.MONITOR))
    week_8 = date(2026, 4, 27)
    change, version, _ = typed(cast.participant, nora)
    source = redactions.Source(change, version, "description")
    asked = redactions.ask(Save(monitor), cast.participant, source, NAME, "somebody was named")
    redactions.approve(Save(chris), asked, "identifying")
    registration.decide_waiver(Save(chris), cast.waiver, True, "The creatinine was taken in error.")
    not_done.record_not_done(
        Save(nora), other, Due("Week 8", week_8, week_8, week_8, "due"), "unwell", "Too weak to travel"
    )
    registration.record_finding(Save(nora), other, "ineligible", date(2026, 5, 4), "The biopsy was read again.")
    with changes.record(Save(chris), "reopen", "Outcomes are slow.", groups=("A",)):
        Reopening.objects.create(group="A", stage=1, ground="waiting", because="Outcomes are slow.")
    holds.freeze(Save(monitor), holds.Target("form", participant=other, form="registration", row_id=other.pk))


def _administered(cast) -> None:
    from tests.cast import ceiling
    from trial.accounts import administration
    from trial.models import Role
    from trial.operations import problems
    from trial.record import changes, in_force, versions_in_force
    from trial.record.save import Save
    from trial.rules.safety import expedited_table

    admin, nora = cast.people[Role.ADMINISTRATOR], cast.people[Role.COORDINATOR]
    ceiling("A", 60)
    with changes.record(Save(admin), "account", "Site opened", site=cast.south):
        versions_in_force.open_site(admin, cast.south)
    administration.record_training(Save(admin), nora, "Protocol and data entry", date(2026, 1, 2), None, "Site opened")
    administration.review_access_rights(Save(admin), datetime.now(UTC).date(), "As delegated")
    problem = problems.record_report(Save(nora), "small", "The date box jumps", "/participants/")
    problems.record_review(Save(admin), problem, "Known")
    lines = [",".join(expedited_table.COLUMNS), "0,45,5,any,any,any,48,7"]
    in_force.put_in_force(lines, "Protocol 7.3", True)


def _read(cast) -> None:
    from analysis.results import data_cuts
    from capture.trail import reviews
    from trial.models import Change, JournalEntry, Role, SignIn
    from trial.models.audit import note
    from trial.record.save import Save

    statistician, monitor = cast.people[Role.STATISTICIAN], cast.people[Role.MONITOR]
    data_cuts.make(Save(statistician), "First look", "For the committee")
    data_cuts.compute_missing()
    reviews.review(Save(monitor), Change.objects.latest("id").pk, "Nothing unusual")
    note(statistician, JournalEntry.Kind.RESULTS, "Group A")
    SignIn.objects.create(person=monitor, result=SignIn.Result.SIGNED_IN, browser="Firefox/140")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
