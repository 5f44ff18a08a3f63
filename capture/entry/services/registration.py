"""Screening, registration, waivers and findings; the correction of a registration is `correction`.

Each call checks first and then writes in one Change. Study number and gate (ceiling, stage) are settled inside the
Change, under the write lock, so that parallel registrations neither share a number nor slip past a closing gate.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import Max

from capture.casebook import history, lifetime, order_rules, registry, versions
from capture.casebook.forms.registration import SAME_PERSON
from capture.entry import same_person
from capture.entry.facts import OnRecord
from capture.entry.services import acknowledgements
from trial import protocol
from trial.models import EligibilityAnswer, Participant, Person, RegistrationFinding, Reopening, Site, Waiver
from trial.record import access, changes, in_force, site_clock
from trial.record.rows import once
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.eligibility import (
    NOT_MET,
    Answer,
    Obstacle,
    counted,
    has_liver_metastases,
    obstacles,
    with_derived,
)

__all__ = ["Answer", "Waivable", "against", "counted_in", "counted_of", "decide_waiver", "record_finding", "register",
           "request_waiver", "screen", "screen_and_register", "standing_against", "waivable",
           "waived_items"]  # fmt: skip

Details = Mapping[str, Any]
# These reach a calculation; the rest of a participant's details is description.
CORRECTABLE = ("consented_on", "registered_on", "born_on", "born_on_missing", "sex", "race", "ethnicity", "ecog",
               "ecog_missing", "tumour_type", "histology", "primary_site", "metastatic_sites", "functional_syndrome",
               "prior_therapy")  # fmt: skip


class Waivable(Refused):
    """Criteria that stand against registration; those that are not met the study chair may waive."""

    def __init__(self, found: tuple[Obstacle, ...]) -> None:
        beside = {each.words: (each.field, each.at_row) for each in found}
        super().__init__(*(each.words for each in found), beside=beside)
        self.can_be_waived = all(each.kind == NOT_MET for each in found)


def _settled(details: Details, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return with_derived(answers, has_liver_metastases(details.get("metastatic_sites")))


def against(details: Details, answers: Mapping[str, Answer], on: date | None) -> tuple[Obstacle, ...]:
    """What stands against registration at each criterion, whether waived or not."""
    return obstacles(_settled(details, answers), details.get("born_on"), details.get("ecog"), on)


def standing_against(participant: Participant, on: date | None = None) -> tuple[Obstacle, ...]:
    """The same of a participant on record, but for what an approved waiver allows. on: the day of registration."""
    day = on or participant.registered_on or site_clock.today_at(participant.site)
    found = against(details_of(participant), _answers_of(participant), day)
    if not any(each.kind == NOT_MET for each in found):
        return found
    waived = waived_items(participant, found)
    return tuple(each for each in found if each.kind != NOT_MET or each.item not in waived)


def counted_in(details: Details, answers: Mapping[str, Answer]) -> str:
    """How many criteria are met, not met and not answered."""
    return counted(_settled(details, answers))


def counted_of(participant: Participant) -> str:
    """The same of a participant on record."""
    return counted_in(details_of(participant), _answers_of(participant))


def waived_items(participant: Participant, found: tuple[Obstacle, ...] = ()) -> frozenset[str]:
    """Criteria that approved waivers allow: an answer that changed after the decision is not what was decided on.

    found: what an older waiver allows, which named no criteria: those that are not met.
    """
    approved = participant.waivers.standing().filter(decision=Waiver.Decision.APPROVED)
    rows = {row.item: row for row in participant.eligibility_answers.standing()}
    not_met = tuple(each.item for each in found if each.kind == NOT_MET)
    allowed: set[str] = set()
    for waiver in approved:
        decided = history.newest_change(waiver)
        named = waiver.items or not_met
        allowed |= {item for item in named if item in rows and history.newest_change(rows[item]) <= decided}
    return frozenset(allowed)


def screen(save: Save, site: Site, details: Details, answers: Mapping[str, Answer]) -> Participant:
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
    details = details_of(participant)
    group = _group(details)
    stop_if_failed(participant)
    if not found_ineligible and (found := standing_against(participant, registered_on)):
        raise Waivable(found)
    soft = _check_order(save, participant.site, {**details, "registered_on": registered_on}, True, participant)
    with changes.record(save, "register", participant=participant, site=participant.site, groups=(group.code,)):
        current = Participant.objects.get(pk=participant.pk)
        if current.is_registered:
            raise Refused(f"The participant is already registered as {current.number}.")
        stop_if_failed(current)
        if details_of(current) != details:
            raise Refused("The participant was corrected at the same moment. Nothing was saved. Look at it again.")
        if not found_ineligible and (found := standing_against(current, registered_on)):
            raise Waivable(found)
        soft = _asked_again(save, soft, {**details, "registered_on": registered_on}, current)
        done = _write_registered(current, group, registered_on)
        acknowledgements.keep(done, "registration", done.pk, soft, save.acknowledged)
        return done


def screen_and_register(
    save: Save, site: Site, details: Details, answers: Mapping[str, Answer], registered_on: date
) -> Participant:
    """Screening and registration in one Change (act register); raises Refused and then keeps nothing."""
    group = _group(details)
    _may_enter_at(save.person, site)
    if found := against(details, answers, registered_on):
        raise Waivable(found)
    soft = _check_order(save, site, {**details, "registered_on": registered_on}, registered=True)
    with changes.record(save, "register", site=site, groups=(group.code,)) as change:
        participant = _write_screened(site, details, answers, save.edition)
        change.concerns(participant)
        soft = _asked_again(save, soft, {**details, "registered_on": registered_on}, participant)
        done = _write_registered(participant, group, registered_on)
        acknowledgements.keep(done, "registration", done.pk, soft, save.acknowledged)
        return done


def waivable(participant: Participant) -> tuple[Obstacle, ...]:
    """The criteria that a waiver can name now. Raises Refused while one is unanswered, and when all are met."""
    found = standing_against(participant)
    if open_ones := tuple(each for each in found if each.kind != NOT_MET):
        raise Waivable(open_ones)
    if not found:
        raise Refused("Every criterion is met or waived. No waiver is needed.")
    return found


def waived(participant: Participant) -> frozenset[str]:
    """Criteria of a participant on record that an approved waiver allows."""
    return waived_items(participant, against(details_of(participant), _answers_of(participant), None))


def stop_if_failed(participant: Participant) -> None:
    """Raises Refused when the screening has ended without registration."""
    if participant.screen_failures.standing().exists():
        raise Refused("Screening has ended. Strike out the screen failure to continue.")


def request_waiver(save: Save, participant: Participant, because: str, criteria: Collection[str]) -> Waiver:
    """The site asks the chair to waive these criteria (act enter), each answered and not met."""
    _may_enter_at(save.person, participant.site)
    if participant.is_registered:
        raise Refused(f"{participant} is already registered. No waiver is needed.")
    stop_if_failed(participant)
    named = [each.item for each in waivable(participant) if each.item in criteria]
    if not named or len(named) < len(set(criteria)):
        raise Refused("Choose the criteria to waive among those that are not met.")
    if not because.strip():
        raise Refused("Enter a reason for the waiver.")
    if participant.waivers.standing().filter(decision=Waiver.Decision.OPEN).exists():
        raise Refused("A waiver is already awaiting the study chair.")
    with changes.record(save, "enter", participant=participant, site=participant.site, groups=(participant.group,)):
        return Waiver.objects.create(
            participant=participant, criteria="; ".join(named), requested_because=because.strip()
        )


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
    checks = order_rules.checks_at(order_rules.FINDING.form, registry.ORDER_RULES)
    if failed := registry.failing(checks, facts):
        raise registry.ChecksFailed(failed)
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


def _check_order(
    save: Save, site: Site, details: Details, registered: bool, participant: Participant | None = None,
    with_moves: bool = False,
) -> tuple[registry.Check, ...]:  # fmt: skip
    """The soft checks that fail. participant: whose registration is corrected or completed; None: a new one.

    with_moves: they are asked with what a correction moves.
    """
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
        "site": site, "same_person": same_person.of(details, participant) if registered else [],
    }  # fmt: skip
    number = versions.number_of(site.pk, "registration", save.edition)
    checks = versions.checks_of("registration", number)
    if participant is None:
        return registry.settle(checks, facts, save.acknowledged)
    return acknowledgements.settle(
        participant, "registration", participant, checks, facts, save.acknowledged, with_moves
    )


def _asked_again(
    save: Save, soft: tuple[registry.Check, ...], details: Details, participant: Participant
) -> tuple[registry.Check, ...]:
    """The soft checks, asked under the writers' lock once more when the same person came on record since `soft`.

    One query, and none where that person is explained already: every other writer waits for it.
    """
    if any(each.id == SAME_PERSON.id for each in soft) or not same_person.of(details, participant):
        return soft
    return _check_order(save, participant.site, details, True, participant)


def details_of(participant: Participant) -> dict[str, Any]:
    """What is on record of a participant beside the answers."""
    return {name: getattr(participant, name) for name in CORRECTABLE}


def _answers_of(participant: Participant) -> dict[str, Answer]:
    rows = once(("answers", participant.pk), lambda: list(participant.eligibility_answers.standing()))
    return {row.item: Answer(row.met, row.value, row.measured_on, row.measured, row.upper_limit) for row in rows}


def _write_screened(site: Site, details: Details, answers: Mapping[str, Answer], edition: int | None) -> Participant:
    last = Participant.objects.aggregate(last=Max("screening_number"))["last"] or 0
    participant = Participant(site=site, screening_number=last + 1, **details)
    number = versions.number_of(site.pk, "registration", edition)
    versions.keep(participant, "registration", site.pk, number)
    participant.save()
    settled = _settled(details, answers)
    EligibilityAnswer.objects.bulk_create(
        EligibilityAnswer(participant=participant, item=item, **asdict(answer))
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
