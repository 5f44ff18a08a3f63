"""Who is trained to enter data on a day, and whether this installation demands it (ENDPOINT_TRAINING=on)."""

from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from trial import access
from trial.models import Person, Training
from trial.partial_date import shown

ENTRY_ACTS = frozenset({"register", "enter", "correct", "strike_out"})


def is_demanded() -> bool:
    """Off until it is switched on, so that nobody is locked out before the trainings there are have been recorded."""
    return bool(settings.TRAINING)


def trainings_on(day: date) -> QuerySet[Training]:
    """Trainings in force on the day."""
    in_force = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return Training.objects.filter(in_force, trained_on__lte=day, struck_out_reason="")


def missing(person: Person, day: date) -> str:
    """Why the person may not enter data on the day, in words; empty for who may, and for roles that never enter."""
    if person.role not in access.ENTERS or trainings_on(day).filter(person=person, role=person.role).exists():
        return ""
    role = person.get_role_display().lower()
    ended = person.trainings.filter(role=person.role, struck_out_reason="", valid_until__lt=day)
    last = ended.order_by("-valid_until").first()
    if last is not None:
        return f"Your training as {role} ended on {shown(last.valid_until)}."
    return f"No training as {role} is on record for you."


def in_the_way(person: Person | None, act: str) -> str:
    """Why an act of the person is not written, in words; empty when it is. Asked by the one way to write."""
    if person is None or act not in ENTRY_ACTS or not is_demanded():
        return ""
    because = missing(person, timezone.now().date())
    return f"{because} Nothing was saved: ask the administrator to record a training." if because else ""
