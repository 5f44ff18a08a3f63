"""Reviews of the trail: a monitor says up to which Change it was read, and what was found."""

from collections.abc import Sequence

from django.db.models import QuerySet

from trial.models import AuditReview, Change, Person, Role
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

LETTERS = 600


def span_of(person: Person) -> str:
    """The sites the person's review covers: their codes, or "all sites"."""
    if access.sees_every_site(person):
        return "all sites"
    return ", ".join(access.sites_for(person).order_by("code").values_list("code", flat=True))[:200]


def shown_to(person: Person) -> list[AuditReview]:
    """The reviews that concern the person's sites, newest first."""
    rows: QuerySet[AuditReview] = AuditReview.objects.standing().select_related("reviewed_by")
    ours = set(access.sites_for(person).values_list("code", flat=True))
    every = access.sees_every_site(person)
    return [each for each in rows.order_by("-id") if every or each.span == "all sites" or ours & set(_codes(each))]


def _codes(review: AuditReview) -> Sequence[str]:
    return review.span.split(", ")


def newest(span: str) -> AuditReview | None:
    """The review of this very span that reaches furthest."""
    rows = AuditReview.objects.standing().filter(span=span).select_related("reviewed_by")
    return rows.order_by("-to_change").first()


def review(save: Save, to_change: int, words: str) -> AuditReview:
    """Records that the trail of the person's sites was read up to a Change, from where the last review ended.

    Raises Refused: nothing is recorded then.
    """
    if save.person.role != Role.MONITOR:
        raise Refused("Only a monitor can record a review of the audit trail.")
    if not words.strip():
        raise Refused("Enter the result of the review, even if there are no findings.")
    changes.stop_unprintable(words)
    span = span_of(save.person)
    with changes.record(save, "review") as change:
        last = newest(span)
        first = last.to_change + 1 if last else 1
        if to_change < first:
            raise Refused(f"The audit trail is already reviewed up to change {first - 1}.")
        if to_change >= change.number or not Change.objects.filter(pk=to_change).exists():
            raise Refused(f"Change {to_change} does not exist.")
        return AuditReview.objects.create(
            reviewed_by=save.person, reviewed_at=change.at, from_change=first, to_change=to_change, span=span,
            words=words.strip()[:LETTERS],
        )  # fmt: skip
