"""What the administrator puts on record about people beside their accounts: trainings, and reviews of access rights."""

from datetime import date

from django.utils import timezone

from trial.access_rights import access_rights
from trial.accounts import NotAllowed, as_administrator
from trial.models import AccessReview, Person, Training


def record_training(
    administrator: Person, person: Person, what: str, trained_on: date, valid_until: date | None, reason: str
) -> Training:
    """A training for the role that the person has now. Raises NotAllowed."""
    if trained_on > timezone.now().date():
        raise NotAllowed("The training lies in the future.")
    if valid_until is not None and valid_until < trained_on:
        raise NotAllowed("The last day is before the training.")
    with as_administrator(administrator, reason):
        role = Person.objects.get(pk=person.pk).role
        return Training.objects.create(
            person=person, role=role, what=what, trained_on=trained_on, valid_until=valid_until
        )


def strike_out_training(administrator: Person, training: Training, reason: str) -> Training:
    """Takes a training back that was recorded by mistake; it stays readable."""
    with as_administrator(administrator, reason):
        training.struck_out_reason = reason
        training.save()
    return training


def review_access_rights(administrator: Person, day: date, words: str) -> AccessReview:
    """Signs off that the access rights of a day were looked through; raises NotAllowed for a day to come."""
    if day > timezone.now().date():
        raise NotAllowed("The day lies in the future.")
    if not words.strip():
        raise NotAllowed("Say what the review found.")
    with as_administrator(administrator, words):
        return AccessReview.objects.create(
            reviewed_by=administrator, reviewed_at=timezone.now(), rights_on=day, accounts=len(access_rights(day)),
            words=words.strip()[:600],
        )  # fmt: skip
