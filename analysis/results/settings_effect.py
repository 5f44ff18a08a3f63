"""What other analysis settings would do to every figure of a group: computed aside by a process of its own, from one
moment of the record and without a lock, and never stored as a result.
"""

import json
from dataclasses import asdict
from io import BytesIO
from typing import Any

from analysis.endpoints import comparison, registry
from analysis.outcomes import outcome
from analysis.results.recompute import encoded, newest_change, one_moment
from trial.models import FileJob, Person
from trial.operations import file_jobs
from trial.operations.file_jobs import EFFECT, MADE
from trial.protocol import AnalysisSettings, analysis_settings
from trial.record import snapshot
from trial.record.in_force import reopenings, settings_in_force

ASKED, FOUND = "asked.json", "found.json"


def ask(person: Person, group: str, settings: AnalysisSettings) -> FileJob:
    """Has the effect of these settings computed. Raises Refused while another one is."""
    job = file_jobs.begin(EFFECT, person, _named(group, settings))
    file_jobs.put(job, ASKED, BytesIO(json.dumps({"group": group, "settings": settings.as_dict()}).encode()))
    file_jobs.start(job)
    return job


def of(key: str, group: str, settings: AnalysisSettings) -> FileJob | None:
    """What was asked for with this id, where it is of this group and these settings."""
    job = file_jobs.by_id(key)
    if job is None or (job.kind, job.of) != (EFFECT, _named(group, settings)):
        return None
    return job


def newest(group: str, settings: AnalysisSettings) -> FileJob | None:
    """The newest effect of these settings that is made, whoever asked for it."""
    named = _named(group, settings)
    return next((job for job in file_jobs.of_kind(EFFECT) if (job.of, job.state) == (named, MADE)), None)


def _named(group: str, settings: AnalysisSettings) -> str:
    return f"{group} {settings_in_force(group).version()} {settings.version()}"


def found(job: FileJob) -> dict[str, Any] | None:
    """change: the newest one that it knows. numbers: those that differ (words, before, after, change). participants:
    study numbers of those whose facts differ. None unless it is made and still kept."""
    if job.state != MADE:
        return None
    try:
        with file_jobs.opened(job, FOUND) as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return None


def carry_out(job: FileJob) -> FileJob:
    """Computes what was asked for; called by the process of its own."""

    def make(told: file_jobs.Told) -> dict[str, Any]:
        with file_jobs.opened(job, ASKED) as file:
            asked = json.load(file)
        effect = of_settings(asked["group"], analysis_settings.from_dict(asked["settings"], asked["group"]))
        file_jobs.put(job, FOUND, BytesIO(json.dumps(effect).encode()))
        return {"words": f"change {effect['change']}"}

    return file_jobs.carry_out(job, make)


def of_settings(group: str, settings: AnalysisSettings) -> dict[str, Any]:
    """As `found` says; before are the settings in force."""
    with one_moment():
        change, now, reopened = newest_change(group), settings_in_force(group), reopenings(group)
        facts = snapshot.participants(snapshot.group_members(group))
    outcomes = [[outcome.derive(fact, each) for fact in facts] for each in (now, settings)]
    results = [registry.arranged(json.loads(encoded(registry.compute(group, of, each, reopened))))
               for of, each in zip(outcomes, (now, settings), strict=True)]  # fmt: skip
    differ = [each for each in comparison.numbers(*results) if each.differs]
    return {
        "change": change,
        "numbers": [{**asdict(each), "change": each.change} for each in differ],
        "participants": [each["number"] for each in comparison.participants(*outcomes)],
    }
