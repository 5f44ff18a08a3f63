"""Data cuts: frozen results with a name, kept as long as the study data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from analysis.endpoints.registry import ENGINE
from analysis.results import moments
from analysis.results.moments import WrongMoment
from trial.models import Change, DataCut, Version
from trial.protocol import GROUPS, STUDY_SHORT_NAME
from trial.record import changes
from trial.record.in_force import settings_in_force
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates import partial_date, site_time
from trial.runtime.database.at_once import at_once


def make(save: Save, name: str, because: str, as_of: str = "", cutoff: str = "") -> DataCut:
    """Names the moment (empty: the newest change; no cut-off) under a Change of its own.

    Raises WrongMoment in words, IntegrityError for a name that is taken.
    """
    if not name or not because:
        raise WrongMoment("A name and a purpose are required.")
    moment = moments.asked({"as_of": as_of, "cutoff": cutoff}) or moments.present()
    head = Change.objects.get(id=moment.change)
    versions = {group.code: settings_in_force(group.code, as_of=moment.change).version() for group in GROUPS}
    changes.stop_unprintable(name)
    with changes.record(save, "settings", because):
        return DataCut.objects.create(
            name=name, because=because, as_of_change=moment.change, cutoff=moment.cutoff, engine=ENGINE,
            settings_versions=versions, head_seal=bytes(head.seal or b"").hex(),
        )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One data cut of the register: who made it and when, how many are registered in each group, and the one before.

    registered: (group, number; None while its results are not kept). before: empty for the first.
    """

    cut: DataCut
    by: str
    at: datetime | None
    registered: list[tuple[str, int | None]]
    before: str

    @property
    def citation(self) -> str:
        """How a text names the data that its numbers are of."""
        made = f", made by {self.by} on {site_time.in_utc(self.at)}" if self.at else ""
        cutoff = f", clinical cut-off {partial_date.shown(self.cut.cutoff)}" if self.cut.cutoff else ""
        counts = ", ".join(f"group {group} {count}" for group, count in self.registered if count is not None)
        settings = ", ".join(f"{group} {version}" for group, version in sorted(self.cut.settings_versions.items()))
        return (f"{STUDY_SHORT_NAME}, data cut “{self.cut.name}”: change {self.cut.as_of_change}{cutoff}{made}"
                f"{f'; registered {counts}' if counts else ''}; settings {settings}; engine {self.cut.engine}; "
                f"seal {self.cut.head_seal}.")  # fmt: skip


def register() -> list[Line]:
    """Every data cut, the newest first."""
    cuts = list(DataCut.objects.all())
    versions = Version.objects.filter(table_name=DataCut._meta.db_table, act="insert").select_related("change__person")
    made = {version.row_id: version.change for version in versions}
    counts = _registered(cuts)
    lines = []
    for cut, before in zip_longest(cuts, cuts[1:]):
        change = made.get(cut.pk)
        by = change.person.full_name if change and change.person else "the system"
        lines.append(Line(cut, by, change.at if change else None, counts[cut.pk], before.name if before else ""))
    return lines


def _registered(cuts: Sequence[DataCut]) -> dict[int, list[tuple[str, int | None]]]:
    """Key of each data cut → (group, number); one SQL statement however many cuts."""
    kept = {(cut.pk, group.code): moments.results_at(group.code, moments.of_row(cut)).values_list("result__registered",
            flat=True)[:1] for cut in cuts for group in GROUPS}  # fmt: skip
    at_once(*kept.values())
    return {cut.pk: [(group.code, next(iter(kept[cut.pk, group.code]), None)) for group in GROUPS] for cut in cuts}


def compute_missing() -> list[str]:
    """Computes the missing results of data cuts made with this engine; returns the names of those cuts."""
    done = []
    for data_cut in DataCut.objects.filter(engine=ENGINE):
        moment = moments.of_row(data_cut)
        missing = [group.code for group in GROUPS if moments.stored_at(group.code, moment) is None]
        try:
            for group in missing:
                moments.compute(group, moment)
        except Refused:  # the group is being recomputed elsewhere: the next sweep computes the data cut
            continue
        done += [data_cut.name] if missing else []
    return done
