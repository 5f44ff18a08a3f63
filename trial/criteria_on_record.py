"""The protocol's criteria of response stand once anybody is registered: lesions were chosen and measured by them.

The first registration notes the name of the criteria. From then on a program whose protocol says another one neither
starts (its migrations stop) nor registers; the row itself cannot be altered or deleted, by a trigger.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from trial import changes
from trial.models import CriteriaOnRecord
from trial.rules.chosen_criteria import IN_FORCE


def contradiction() -> str:
    """Why the protocol's criteria cannot be used with this record, in words; empty when they can."""
    noted = CriteriaOnRecord.objects.first()
    if noted is None or noted.name == IN_FORCE.name:
        return ""
    return (
        f"The protocol says {IN_FORCE.name}, but participants are registered by {noted.name}: their lesions were "
        f"chosen and measured by it. Set the constant back to {noted.name}, or begin a study of its own."
    )


def note() -> None:
    """Notes the criteria, if none are noted yet; called by a registration, inside its Change."""
    if not CriteriaOnRecord.objects.exists():
        CriteriaOnRecord.objects.create(name=IN_FORCE.name, noted_at=changes.current().at)


def refuse_to_start(**_: Any) -> None:
    """Ends `migrate`, with which every start begins; raises ImproperlyConfigured.

    A migration to an earlier edition of the tables, in which nothing is noted, passes.
    """
    if CriteriaOnRecord._meta.db_table not in connection.introspection.table_names():
        return
    if words := contradiction():
        raise ImproperlyConfigured(words)
