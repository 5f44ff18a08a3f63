"""Results of a past moment: what the database knew (a change number or an instant), facts up to a clinical cut-off.

A moment is computed by the code that computes the present, from the versions instead of the rows, and kept: nothing
that happens later can alter it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from analysis.endpoints import registry
from analysis.endpoints.registry import ENGINE
from analysis.models import GroupResult, OutcomeThen
from analysis.outcomes import outcome
from analysis.outcomes.clinical_cutoff import cut_off
from analysis.results.recompute import changes_of, encoded, newest_change, one_moment, recompute, store
from trial.api.moments import WrongMoment as WrongMoment
from trial.api.moments import day, named
from trial.models import DataCut
from trial.models.audit import last_change
from trial.operations import exports
from trial.record import snapshot
from trial.record.in_force import reopenings, settings_in_force
from trial.rules.dates import partial_date


@dataclass(frozen=True)
class Moment:
    """The newest change that is known, the clinical cut-off (None: none), and the data cut it comes from (empty: none).

    engine, settings_versions (group → fingerprint): of a data cut, whose results stay as they were computed then, with
    the settings that were declared then.
    """

    change: int
    cutoff: date | None = None
    cut: str = ""
    engine: str = ENGINE
    settings_versions: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    @property
    def query(self) -> str:
        """For the end of an address: leads to the same moment."""
        if self.cut:
            return "?" + urlencode({"cut": self.cut})
        cutoff = {} if self.cutoff is None else {"cutoff": partial_date.shown(self.cutoff)}
        return "?" + urlencode({"as_of": self.change, **cutoff})

    @property
    def words(self) -> str:
        """The moment in words."""
        known = f"data cut “{self.cut}” (change {self.change})" if self.cut else f"as of change {self.change}"
        return known if self.cutoff is None else f"{known}, clinical cut-off {partial_date.shown(self.cutoff)}"


def asked(words: Mapping[str, str]) -> Moment | None:
    """The moment that `as_of`, `cutoff` or `cut` name; None when they name none: the present.

    Raises WrongMoment.
    """
    as_of, cutoff, cut = (words.get(name, "").strip() for name in ("as_of", "cutoff", "cut"))
    if not (as_of or cutoff or cut):
        return None
    change, data_cut = named(as_of, cut, cutoff)
    return of_row(data_cut) if data_cut is not None else Moment(change, day(cutoff) if cutoff else None)


def present() -> Moment:
    """The newest change on record, as a moment that stays."""
    return Moment(last_change())


def of_cut(name: str) -> Moment:
    """The moment of a data cut; raises WrongMoment for a name nobody gave."""
    _, data_cut = named("", name)
    assert data_cut is not None
    return of_row(data_cut)


def of_export(moment: exports.Moment) -> Moment:
    """The moment that an export is of."""
    return Moment(moment.change) if moment.cut is None else of_row(moment.cut)


def of_row(data_cut: DataCut) -> Moment:
    """The moment that a data cut at hand names."""
    return Moment(data_cut.as_of_change, data_cut.cutoff, data_cut.name, data_cut.engine, data_cut.settings_versions)


def stored_at(group: str, moment: Moment, *, with_outcomes: bool = True) -> GroupResult | None:
    """The stored result of a moment together with its outcomes; None until the worker has computed it.

    Of a data cut of which its own version kept nothing, what this version computed: the result names its engine.
    """
    found = results_at(group, moment, with_outcomes).first()
    if found is None and moment.cut:
        return results_at(group, Moment(moment.change, moment.cutoff), with_outcomes).first()
    return found


def results_at(group: str, moment: Moment, with_outcomes: bool = True) -> QuerySet[GroupResult]:
    """What is stored of a moment; with_outcomes: together with its outcomes only."""
    change = Coalesce(Subquery(changes_of(group, moment.change)[:1]), 0)
    version = moment.settings_versions.get(group) or settings_in_force(group, as_of=moment.change).version()
    return GroupResult.objects.filter(
        Q(change=change) | Q(holds_to=change), group=group, cutoff=moment.cutoff,
        settings_version=version, engine=moment.engine, has_outcomes__in=(True, with_outcomes),
    )  # fmt: skip


def compute(group: str, moment: Moment) -> GroupResult:
    """Computes and keeps the result of a group at a moment; what is kept already is given back untouched."""
    there = stored_at(group, moment)
    if there is not None:
        return there
    if moment.cutoff is None:
        # A result stored ahead of the worker's own would pass for it, and who changed until then for derived.
        recompute(group)
    with one_moment():
        change = newest_change(group, moment.change)
        settings = settings_in_force(group, as_of=change)
        facts = snapshot.participants(snapshot.group_members(group, as_of=change), as_of=change)
        if moment.cutoff is not None:
            facts = [kept for fact in facts if (kept := cut_off(fact, moment.cutoff, settings)) is not None]
        outcomes = [outcome.derive(fact, settings) for fact in facts]
        computed = registry.compute(group, outcomes, settings, reopenings(group, as_of=change))
        result = store(group, change, settings, encoded(computed), moment.cutoff)
        if not result.has_outcomes:
            rows = [OutcomeThen(result=result, number=one["number"], outcome=one) for one in outcomes]
            OutcomeThen.objects.bulk_create(rows, batch_size=1000)
            result.has_outcomes = True
            result.save(update_fields=["has_outcomes"])
    return result
