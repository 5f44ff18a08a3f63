"""What stands about a casebook beside its entries: checks, reports, queries, verifications, holds, signatures."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from capture.casebook import labels
from capture.casebook.registry import CASEBOOK
from capture.conduct import signing, verification
from capture.copies.contents import values
from capture.copies.contents.forms import NONE
from trial.audit.tables import leads_to_a_participant, record_models
from trial.drawing.pdf import instant
from trial.drawing.sections import Act, Block, Facts, Section, Words
from trial.models import Acknowledgement, ExpeditedReport, Hold, NotDone, Participant, Query, Redaction, Signature
from trial.record import site_clock
from trial.rules.dates import site_time

THEIR_OWN = ("Query", "QueryMessage", "SourceVerification", "Hold", "Signature", "Acknowledgement", "NotDone",
             "ExpeditedReport", "Redaction")  # fmt: skip


def sections(participant: Participant) -> list[Section]:
    """In the order in which a reader asks."""
    parts: tuple[tuple[str, str, Callable[[Participant], Iterable[Section | Block]]], ...] = (
        ("Assessments not done", "not-done", lambda one: _tables(NotDone.objects.filter(participant=one))),
        ("Soft checks and explanations", "checks", _checks),
        ("Expedited reports", "reports", lambda one: _tables(
            ExpeditedReport.objects.filter(participant=one).select_related("event"))),
        ("Queries", "queries", _queries),
        ("Source data verification", "verification", _verifications),
        ("Freezes and locks", "holds", _holds),
        ("Redactions", "redactions", _black_outs),
        ("Signatures", "signatures", _signatures),
        *((str(each._meta.verbose_name).capitalize(), each._meta.model_name, _rest(each)) for each in others()),
    )  # fmt: skip
    return [_section(title, anchor, list(told(participant))) for title, anchor, told in parts]


def _section(title: str, anchor: str, told: list[Section | Block]) -> Section:
    parts = tuple(each for each in told if isinstance(each, Section))
    blocks = tuple(each for each in told if not isinstance(each, Section))
    return Section(title, blocks if told else (NONE,), parts, anchor)


def others() -> list[Any]:
    """Tables that belong to a participant and have no section of their own: nothing on record stays behind."""
    known = {"Waiver", "RegistrationFinding", "ScreenFailure", "SiteTransfer", "Lesion", *THEIR_OWN}
    known |= {form.model.__name__ for form in CASEBOOK}
    known |= {form.lines.model.__name__ for form in CASEBOOK if form.lines is not None}
    rest = [model for model in record_models() if model.__name__ not in known and leads_to_a_participant(model)]
    return sorted(rest, key=lambda each: each.__name__)


def _rest(model: Any) -> Callable[[Participant], Iterable[Block]]:
    return lambda one: _tables(model.objects.filter(participant=one))


def _tables(rows: Iterable[Any]) -> list[Block]:
    found = list(rows)
    return [values.table(found)] if found else []


def _checks(participant: Participant) -> list[Block]:
    rows = list(Acknowledgement.objects.filter(participant=participant))
    titles = labels.places(rows)
    return [
        Act(f"{titles[(each.form, each.row_id)].title}: {each.words} (check {each.check_id})", tuple(filter(None, (
            f"Explanation: {each.because}" if each.because else "Not explained.",
            f"Struck out: {each.struck_out_reason}" if each.is_struck_out else "")))) for each in rows
    ]  # fmt: skip


def _queries(participant: Participant) -> list[Section]:
    rows = list(participant.queries.select_related("raised_by", "closed_by").prefetch_related(
        "messages__said_by").order_by("id"))  # fmt: skip
    titles = labels.places(rows)
    return [_query(each, titles[(each.form, each.row_id)].title) for each in rows]


def _query(query: Query, title: str) -> Section:
    field = f", {labels.field_label(query.form, query.field)}" if query.field else ""
    asked = f"check {query.check_id}" if query.check_id else _by(query.raised_by)
    pairs = [("State", query.get_state_display()), ("Raised by", f"{asked}, {instant(query.raised_at)}"),
             ("Assigned to", query.get_assigned_role_display())]  # fmt: skip
    pairs += [("Found", query.finding)] if query.finding else []
    pairs += [("Closed by", _by(query.closed_by))] if query.closed_by else []
    pairs += [("Strike-out reason", query.struck_out_reason)] if query.is_struck_out else []
    thread = (
        Act(f"{each.get_state_display()} by {_by(each.said_by)}, {instant(each.said_at)}",
            (each.words or "no comment",))  # fmt: skip
        for each in query.messages.all()
    )
    return Section(f"Query {query.pk}: {title}{field}", (Words(query.words, "strong"), Facts(tuple(pairs)), *thread))


def _by(person: Any) -> str:
    return person.full_name if person else "the system"


def _verifications(participant: Participant) -> list[Block]:
    rows = list(participant.verifications.select_related("verified_by"))
    titles, dropped = labels.places(rows), {each.pk for each in verification.dropped_of([participant])}
    return [
        Act(f"{titles[(each.form, each.row_id)].title}, "
            f"{labels.field_label(each.form, each.field) if each.field else 'the whole entry'}: "
            f"{_standing(each, each.pk in dropped)}",
            (f"By {each.verified_by.full_name}, {instant(each.verified_at)}, at change {each.at_change}",))
        for each in rows
    ]  # fmt: skip


def _standing(row: Any, dropped: bool) -> str:
    if row.is_struck_out:
        return f"struck out: {row.struck_out_reason}"
    return "re-verify (changed after verification)" if dropped else "verified"


def holds_of(participant: Participant) -> Any:
    """Freezes and locks of the participant, of its site and of the study."""
    return Hold.objects.filter(
        Q(participant=participant) | Q(scope="site", site=participant.site) | Q(scope="study")
    ).order_by("id")


def _holds(participant: Participant) -> list[Section]:
    return [
        Section(f"{each.get_kind_display()} of the {each.get_scope_display().lower()}: {each.get_state_display()}",
                (values.facts(each, leave_out=("row_id",)),)) for each in holds_of(participant)
    ]  # fmt: skip


def _black_outs(participant: Participant) -> list[Section]:
    """Never the words: the record does not hold them any more."""
    rows = Redaction.objects.filter(participant=participant).select_related("asked_by", "decided_by")
    return [Section(f"Redaction {each.pk}: {each.get_state_display()}",
                    (values.facts(each, leave_out=("versions", "changes", "field")),)) for each in rows]  # fmt: skip


def _signatures(participant: Participant) -> list[Section]:
    rows = list(participant.signatures.select_related("signed_by"))
    standing = signing.standing(participant)
    where = site_clock.zone_of(participant.site)
    return [_signature(each, site_time.shown(each.signed_at, where, seconds=True), standing, rows[place + 1 :])
            for place, each in enumerate(rows)]  # fmt: skip


def _signature(one: Signature, at: str, standing: signing.Standing, later: list[Signature]) -> Section:
    """at: the time at the site, with the instant in UTC."""
    pairs = (
        ("Printed name", one.printed_name), ("Account", one.signed_by.username), ("Signed at", at),
        ("Meaning", one.meaning), ("Status", _stands(one, standing, later)),
        ("Signed content",
         f"{len(one.versions)} audit records as of change {one.at_change}, SHA-256 {one.content_hash}; "
                     f"{'each is unaltered' if signing.is_bound(one) else 'NOT as signed'}"),
        ("Previous seal", one.head_seal),
    )  # fmt: skip
    return Section(f"Signature of {one.printed_name}, {at}", (Facts(pairs),))


def _stands(one: Signature, standing: signing.Standing, later: list[Signature]) -> str:
    if one.is_struck_out:
        return f"Struck out: {one.struck_out_reason}"
    if any(not each.is_struck_out for each in later):
        return "Replaced by a later signature."
    if standing.state == signing.SIGNED:
        return "Signed: every entry is as signed."
    changed = "; ".join(f"{item.place.title} (change {item.change})" for item in standing.items)
    return f"Signature outdated. Entered or changed after it: {changed}."
