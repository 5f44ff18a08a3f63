"""Who is counted: eligible, evaluable, treated. PURE.

Evaluable: eligible, consented, at least one dose [our reading]. A participant registered under a waiver, found
ineligible later or registered in error is not eligible; one who cancelled before treatment stays eligible.
"""

from trial import protocol
from trial.rules.evaluation.facts import ParticipantFact

CANCELLED, IN_ERROR, OFF_STUDY = "cancelled", "in_error", "off_study"
INELIGIBLE_FINDINGS = {"ineligible": "found ineligible", IN_ERROR: "registered in error"}
NO_DOSE_YET = "no dose taken yet"
CRITERION_WORDS = {item.code: item.words for item in protocol.ELIGIBILITY}


def why_not_eligible(participant: ParticipantFact) -> str:
    """Empty for an eligible participant; else the reason."""
    for kind, because in participant.findings:
        if kind != CANCELLED:
            name = INELIGIBLE_FINDINGS.get(kind, kind)
            return f"{name}: {because}" if because else name
    if participant.unmet_criteria:
        names = "; ".join(CRITERION_WORDS.get(code, code) for code in participant.unmet_criteria)
        return f"registered under a waiver: {names}" if participant.waived else f"criteria not met: {names}"
    return ""


def why_not_evaluable(participant: ParticipantFact) -> str:
    """Empty for an evaluable participant; else the reason."""
    if because := why_not_eligible(participant):
        return because
    if participant.consented_on is None:
        return "no consent on record"
    for kind, because in participant.findings:
        if kind == CANCELLED:
            return f"canceled before treatment: {because}" if because else "canceled before treatment"
    return "" if participant.treated else _never_treated(participant) or NO_DOSE_YET


def is_ruled_out(participant: ParticipantFact) -> bool:
    """Whether the participant is known to be non-evaluable, rather than evaluable or still without a first dose."""
    return why_not_evaluable(participant) not in {"", NO_DOSE_YET}


def _never_treated(participant: ParticipantFact) -> str:
    """Why no first dose can come any more; empty while one may."""
    if participant.death is not None:
        return "died before a first dose"
    if participant.withdrawals:
        return "withdrew before a first dose"
    return "off treatment before a first dose" if participant.off_treatment else ""


def is_in_error(participant: ParticipantFact) -> bool:
    """Whether this is a duplicate or nobody's record: in no population and no count."""
    return any(kind == IN_ERROR for kind, _ in participant.findings)


def is_ended(participant: ParticipantFact) -> bool:
    """Whether nothing more is asked: canceled before treatment, registered in error (nobody's record), or off study."""
    found = {kind for kind, _ in participant.findings} | {each.kind for each in participant.withdrawals}
    return not found.isdisjoint({CANCELLED, IN_ERROR, OFF_STUDY})


def only_eligibility_missing(participant: ParticipantFact) -> bool:
    """Whether a waiver or a later finding of ineligibility alone keeps the participant from being evaluable."""
    ineligible = any(kind == "ineligible" for kind, _ in participant.findings) or bool(participant.unmet_criteria)
    in_error = any(kind in {IN_ERROR, CANCELLED} for kind, _ in participant.findings)
    return ineligible and not in_error and participant.consented_on is not None and participant.treated
