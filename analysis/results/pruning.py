"""Deletes old results that can be computed again from the versions, to the byte.

Kept for ever: what a data cut names, and what an earlier engine computed, which this one could not compute again. Kept
of the rest: the newest of each settings, and the last of each day. Study data are not touched.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from analysis.endpoints.registry import ENGINE
from analysis.models import GroupResult, OutcomeThen
from analysis.results import moments
from trial.models import DataCut
from trial.protocol import GROUPS

KEPT_DAYS = 30


def prune(now: datetime | None = None) -> int:
    """Deletes what is older than KEPT_DAYS and not kept, and outcomes of asked moments; returns how many results."""
    before = (now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)
    with transaction.atomic():
        old = GroupResult.objects.filter(engine=ENGINE, computed_at__lt=before).exclude(pk__in=cited())
        gone = old.exclude(pk__in=[*_newest(), *_last_of_each_day(old)])
        count = gone.count()
        OutcomeThen.objects.filter(result__in=old).delete()
        gone.delete()
        old.update(has_outcomes=False)
    return count


def cited() -> set[int]:
    """The results of the data cuts made with this engine."""
    cuts = [moments.of_row(data_cut) for data_cut in DataCut.objects.filter(engine=ENGINE)]
    return {stored.pk for moment in cuts for group in GROUPS for stored in moments.results_at(group.code, moment)}


def _newest() -> list[int]:
    """The newest result of each group and settings, which the worker continues from."""
    mine = GroupResult.objects.filter(engine=ENGINE, cutoff__isnull=True)
    newest = mine.order_by("group", "settings_version", "-holds_to").distinct("group", "settings_version")
    return list(newest.values_list("pk", flat=True))


def _last_of_each_day(old: QuerySet[GroupResult]) -> list[int]:
    """Without a clinical cut-off: results with one are computed again when a page requests them."""
    rows = old.filter(cutoff__isnull=True).order_by("holds_to", "pk").values_list("group", "computed_at", "pk")
    return list({(group, at.date()): key for group, at, key in rows}.values())
