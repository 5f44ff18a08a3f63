"""Data cuts: frozen results with a name, kept as long as the study data."""

from analysis.endpoints.registry import ENGINE
from analysis.results import moments
from analysis.results.moments import WrongMoment
from trial.models import Change, DataCut
from trial.protocol import GROUPS
from trial.record import changes
from trial.record.in_force import settings_in_force
from trial.record.save import Save
from trial.refused import Refused


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


def compute_missing() -> list[str]:
    """Computes the missing results of data cuts made with this engine; returns the names of those cuts."""
    done = []
    for data_cut in DataCut.objects.filter(engine=ENGINE):
        moment = moments.of_cut(data_cut.name)
        missing = [group.code for group in GROUPS if moments.stored_at(group.code, moment) is None]
        try:
            for group in missing:
                moments.compute(group, moment)
        except Refused:  # the group is being recomputed elsewhere: the next sweep computes the data cut
            continue
        done += [data_cut.name] if missing else []
    return done
