"""Screening, registration, waivers and findings; the correction of a registration is `correction`.

Each call checks first and then writes in one Change. Study number and gate (ceiling, stage) are settled inside the
Change, under the write lock, so that parallel registrations neither share a number nor slip past a closing gate.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Max

from capture.casebook import lifetime, order_rules, registry, versions
from capture.entry.facts import OnRecord
from capture.entry.services import acknowledgements
from trial import protocol
from trial.models import EligibilityAnswer, Participant, Person, RegistrationFinding, Reopening, Site, Waiver
from trial.record import access, changes, in_force
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.eligibility import Answer, contradictions, unmet, with_derived

__all__ = ["Answer", "Waivable", "decide_waiver", "obstacles", "record_finding",
           "register", "request_waiver", "screen", "screen_and_register"]  # fmt: skip

Details = Mapping[str, Any]
# These reach a calculation; the rest of a participant's details is description.
CORRECTABLE = ("consented_on", "registered_on", "born_on", "born_on_missing", "sex", "race", "ethnicity", "ecog",
               "ecog_missing", "tumour_type", "histology", "primary_site", "metastatic_sites", "functional_syndrome",
               "prior_therapy")  # fmt: skip


class Waivable(Refused):
    """Unmet criteria, which the study chair may allow by a waiver."""


def obstacles(details: Details, answers: Mapping[str, Answer], on: date | None) -> tuple[str, ...]:
    """Sentences for every eligibility criterion that is unmet, unanswered or contradicted by the details."""
    settled = with_derived(answers, "liver" in (details.get("metastatic_sites") or "").lower())
    return unmet(settled) + contradictions(details.get("born_on"), details.get("ecog"), on)


def obstacles_of(participant: Participant) -> tuple[str, ...]:
    """The same of a participant on record, at the day of registration."""
    return obstacles(_details_of(participant), _answers_of(participant), participant.registered_on)


def screen(
    save: Save, site: Site, details: Details, answers: Mapping[str, Answer]
) -> Participant:
    """Puts a screened participant with the answers given so far on record (act enter); raises Refused."""
    group = _group(details)
    _may_enter_at(save.person, site)
    _check_order(save, site, details, registered=False)
    with changes.record(save, "enter", site=site, groups=(group.code,)) as change:
        participant = _write_screened(site, details, answers, save.edition)
        change.concerns(participant)
        return participant


def register(
    save: Save, participant: Participant, registered_on: date, *, found_ineligible: bool = False
) -> Participant:
    """Gives a screened participant the next study number (act register); raises Refused in words.

    found_ineligible: only for an import, which brings the finding beside the corrected answers: what was registered in
    good faith and found ineligible since is on record as both.
    """
    _may_enter_at(save.person, participant.site)
    details = _details_of(participant)
    group = _group(details)
    excused = found_ineligible or _has_approved_waiver(participant)
    _check_order(save, participant.site, {**details, "registered_on": registered_on}, True, participant)
    _check(details, _answers_of(participant), registered_on, excused)
    with changes.record(save, "register", participant=participant, site=participant.site, groups=(group.code,)):
        current = Participant.objects.get(pk=participant.pk)
        if current.is_registered:
            raise Refused(f"The participant is already registered as {current.number}.")
        return _write_registered(current, group, registered_on)


def screen_and_register(
    save: Save, site: Site, details: Details, answers: Mapping[str, Answer], registered_on: date
) -> Participant:
    """Screening and registration in one Change (act register); raises Refused and then keeps nothing."""
    group = _group(details)
    _may_enter_at(save.person, site)
    _check_order(save, site, {**details, "registered_on": registered_on}, registered=True)
    _check(details, answers, registered_on, waived=False)
    with changes.record(save, "register", site=site, groups=(group.code,)) as change:
        participant = _write_screened(site, details, answers, save.edition)
        change.concerns(participant)
        return _write_registered(participant, group, registered_on)


def request_waiver(save: Save, participant: Participant, because: str) -> Waiver:
    """The site asks the chair to let an ineligible participant in (act enter)."""
    _may_enter_at(save.person, participant.site)
    if participant.is_registered:
        raise Refused(f"{participant} is already registered. No waiver is needed.")
    if not because.strip():
        raise Refused("Enter a reason for the waiver.")
    if participant.waivers.standing().filter(decision=Waiver.Decision.OPEN).exists():
        raise Refused("A waiver is already awaiting the study chair.")
    with changes.record(save, "enter", participant=participant, site=participant.site, groups=(participant.group,)):
        return Waiver.objects.create(participant=participant, requested_because=because.strip())


def decide_waiver(save: Save, waiver: Waiver, approve: bool, because: str) -> Waiver:
    """The study chair's decision with its reason (act approve); only an open waiver can be decided."""
    if save.person.role not in access.DECIDES:
        raise Refused("Only the study chair can decide on a waiver.")
    if not because.strip():
        raise Refused("A decision needs a reason.")
    participant = waiver.participant
    with changes.record(save, "approve", because, participant=participant, site=participant.site,
                        groups=(participant.group,)):  # fmt: skip
        current = Waiver.objects.get(pk=waiver.pk)
        if current.decision != Waiver.Decision.OPEN:
            raise Refused(f"The waiver is already decided: {current.get_decision_display()}.")
        current.decision = Waiver.Decision.APPROVED if approve else Waiver.Decision.REFUSED
        current.decided_because = because.strip()
        current.save(update_fields=["decision", "decided_because"])
        return current


def record_finding(
    save: Save, participant: Participant, kind: str, found_on: date, because: str
) -> RegistrationFinding:
    """What turned out about a registration afterwards (act enter); the participant stays on record."""
    _may_enter_at(save.person, participant.site)
    if kind not in RegistrationFinding.Kind.values:
        raise Refused(f"“{kind}” is not a kind of registration issue.")
    if not participant.is_registered or participant.registered_on is None:
        raise Refused("A registration issue needs a registered participant.")
    facts = {"found_on": found_on, "on_record": OnRecord(participant)}
    registry.settle(order_rules.checks_at(order_rules.FINDING.form, registry.ORDER_RULES), facts, save.acknowledged)
    if not because.strip():
        raise Refused("Enter a description.")
    if participant.findings.standing().filter(kind=kind).exists():
        raise Refused("This registration issue is already entered.")
    with changes.record(save, "enter", participant=participant, site=participant.site, groups=(participant.group,)):
        return participant.findings.create(kind=kind, found_on=found_on, because=because.strip())


def _may_enter_at(person: Person | None, site: Site) -> None:
    """No person means a system process, such as loading the demo cohort."""
    if person is not None and not (access.may_enter(person) and person.sites.filter(pk=site.pk).exists()):
        raise Refused(f"{person} cannot enter data at site {site.code}.")


def _group(details: Details) -> protocol.Group:
    group = protocol.group_of(details.get("tumour_type", ""), details.get("histology", ""))
    if group is None:
        raise Refused("Tumor type and histology must determine the group. Enter both.")
    return group


def _check(details: Details, answers: Mapping[str, Answer], registered_on: date, waived: bool) -> None:
    """Eligibility can be waived."""
    reasons = obstacles(details, answers, registered_on)
    if reasons and not waived:
        raise Waivable(*reasons)


def _check_order(
    save: Save, site: Site, details: Details, registered: bool, participant: Participant | None = None
) -> tuple[registry.Check, ...]:
    """The soft checks that fail. participant: whose registration is corrected or completed; None: a new one."""
    consented_on, registered_on = details.get("consented_on"), details.get("registered_on")
    if reasons := lifetime.implausible(details):
        raise Refused(*reasons)
    if registered and consented_on is None:
        raise Refused("The date of consent is required for registration.")
    if registered and registered_on is None:
        raise Refused("The date of registration is required.")
    facts = {
        "consented_on": consented_on, "registered_on": registered_on,
        "on_record": OnRecord(participant, participant) if participant else defaultdict(list),
    }  # fmt: skip
    number = versions.number_of(site.pk, "registration", save.edition)
    checks = versions.checks_of("registration", number)
    if participant is None:
        return registry.settle(checks, facts, save.acknowledged)
    return acknowledgements.settle(participant, "registration", participant, checks, facts, save.acknowledged)


def _details_of(participant: Participant) -> dict[str, Any]:
    return {name: getattr(participant, name) for name in CORRECTABLE}


def _answers_of(participant: Participant) -> dict[str, Answer]:
    rows = participant.eligibility_answers.standing()
    return {row.item: Answer(row.met, row.value, row.measured_on) for row in rows}


def _has_approved_waiver(participant: Participant) -> bool:
    return participant.waivers.standing().filter(decision=Waiver.Decision.APPROVED).exists()


def _write_screened(
    site: Site, details: Details, answers: Mapping[str, Answer], edition: int | None
) -> Participant:
    last = Participant.objects.aggregate(last=Max("screening_number"))["last"] or 0
    participant = Participant(site=site, screening_number=last + 1, **details)
    number = versions.number_of(site.pk, "registration", edition)
    versions.keep(participant, "registration", site.pk, number)
    participant.save()
    settled = with_derived(answers, "liver" in participant.metastatic_sites.lower())
    EligibilityAnswer.objects.bulk_create(
        EligibilityAnswer(participant=participant, item=item, met=answer.met, value=answer.value,
                          measured_on=answer.measured_on)
        for item, answer in settled.items()
    )  # fmt: skip
    return participant


def _write_registered(participant: Participant, group: protocol.Group, registered_on: date) -> Participant:
    if because := in_force.contradiction() or in_force.refusal(group.code):
        raise Refused(because)
    in_force.note()
    taken = Participant.objects.filter(number__isnull=False).count()
    participant.number = f"{protocol.NUMBER_PREFIX}-{taken + 1:03d}"
    participant.registered_on = registered_on
    participant.save(update_fields=["number", "registered_on"])
    return participant


def reopen(save: Save, group: str, because: str) -> Reopening:
    """Lifts what closes the group now (act reopen); raises Refused for an open group and for one at its ceiling."""
    _may_decide(save.person, because)
    with changes.record(save, "reopen", because, groups=(group,)):
        gate = in_force.gate_in_force(group)
        if not gate.may_be_reopened or gate.stage is None:
            raise Refused(f"This group cannot be reopened. {gate.because}")
        return Reopening.objects.create(
            group=group, stage=gate.stage.number, ground=gate.ground, because=because.strip()
        )


def withdraw(save: Save, reopening: Reopening, because: str) -> None:
    """Takes a reopening back (act strike_out): the group is closed again where its stage still closes it."""
    _may_decide(save.person, because)
    with changes.record(save, "strike_out", because, groups=(reopening.group,)):
        current = Reopening.objects.get(pk=reopening.pk)
        if current.is_struck_out:
            raise Refused("This reopening is already revoked.")
        current.struck_out_reason = because.strip()
        current.save(update_fields=["struck_out_reason"])


def _may_decide(person: Person, because: str) -> None:
    if person.role not in access.DECIDES:
        raise Refused("Only the study chair can reopen a group.")
    if not because.strip():
        raise Refused("A decision needs a reason.")
