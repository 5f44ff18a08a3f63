"""Data cuts: a moment gets a name, and its results are kept for as long as the record is."""

from analysis import moments
from analysis.moments import WrongMoment
from trial.models import Change, DataCut
from trial.protocol import ENGINE, Group
from trial.record import changes
from trial.record.in_force import settings_in_force
from trial.record.save import Save


def make(save: Save, name: str, because: str, as_of: str = "", cutoff: str = "") -> DataCut:
    """Names the moment (empty: the newest change; no cut-off) under a Change of its own.

    Raises WrongMoment in words, IntegrityError for a name that is taken.
    """
    if not name or not because:
        raise WrongMoment("A data cut needs a name and the purpose it serves.")
    moment = moments.asked({"as_of": as_of, "cutoff": cutoff}) or moments.present()
    head = Change.objects.get(id=moment.change)
    versions = {group.value: settings_in_force(group.value, as_of=moment.change).version() for group in Group}
    changes.stop_unprintable(name)
    with changes.record(save, "settings", because):
        return DataCut.objects.create(
            name=name, because=because, as_of_change=moment.change, cutoff=moment.cutoff, engine=ENGINE,
            settings_versions=versions, head_seal=bytes(head.seal or b"").hex(),
        )  # fmt: skip


def compute_missing() -> list[str]:
    """Computes what no data cut may go without: its results, by the engine that it was made with. Names the cuts."""
    done = []
    for each in DataCut.objects.filter(engine=ENGINE):
        moment = moments.of_cut(each.name)
        missing = [group.value for group in Group if moments.stored_at(group.value, moment) is None]
        for group in missing:
            moments.compute(group, moment)
        done += [each.name] if missing else []
    return done
