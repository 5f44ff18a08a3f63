"""Who is counted: eligible, evaluable, treated. PURE.

Evaluable: eligible, consented, at least one dose [our reading]. A participant registered under a waiver, found
ineligible later or registered in error is not eligible; one who cancelled before treatment stays eligible.
"""

from trial import protocol
from trial.rules.evaluation.facts import ParticipantFact

CANCELLED, IN_ERROR, OFF_STUDY = "cancelled", "in_error", "off_study"
INELIGIBLE_FINDINGS = {"ineligible": "found ineligible", IN_ERROR: "registered in error"}
NO_DOSE_YET = "no dose taken yet"
UNDER_A_WAIVER, NOT_MET, NO_CONSENT = "registered under a waiver", "criteria not met", "no consent on record"
CANCELED_FIRST = "canceled before treatment"
DIED_FIRST, WITHDREW_FIRST = "died before a first dose", "withdrew before a first dose"
ENDED_FIRST = "off treatment before a first dose"
# Why somebody is not evaluable, without the words that a site typed after it.
KINDS = (*INELIGIBLE_FINDINGS.values(), UNDER_A_WAIVER, NOT_MET, NO_CONSENT, CANCELED_FIRST, DIED_FIRST, WITHDREW_FIRST,
         ENDED_FIRST, NO_DOSE_YET)  # fmt: skip
CRITERION_WORDS = {item.code: item.words for item in protocol.ELIGIBILITY}


def why_not_eligible(participant: ParticipantFact) -> str:
    """Empty for an eligible participant; else the reason."""
    for kind, because in participant.findings:
        if kind != CANCELLED:
            name = INELIGIBLE_FINDINGS.get(kind, kind)
            return f"{name}: {because}" if because else name
    if participant.unmet_criteria:
        names = "; ".join(CRITERION_WORDS.get(code, code) for code in participant.unmet_criteria)
        return f"{UNDER_A_WAIVER if participant.waived else NOT_MET}: {names}"
    return ""


def why_not_evaluable(participant: ParticipantFact) -> str:
    """Empty for an evaluable participant; else the reason."""
    if because := why_not_eligible(participant):
        return because
    if participant.consented_on is None:
        return NO_CONSENT
    for kind, because in participant.findings:
        if kind == CANCELLED:
            return f"{CANCELED_FIRST}: {because}" if because else CANCELED_FIRST
    return "" if participant.treated else _never_treated(participant) or NO_DOSE_YET


def kind_of(why: str) -> str:
    """Which of KINDS a reason is; empty for no reason.

    Results and files are made of it: the words that a site typed after it could not be redacted there.
    """
    return why.partition(":")[0]


def is_ruled_out(participant: ParticipantFact) -> bool:
    """Whether the participant is known to be non-evaluable, rather than evaluable or still without a first dose."""
    return why_not_evaluable(participant) not in {"", NO_DOSE_YET}


def _never_treated(participant: ParticipantFact) -> str:
    """Why no first dose can come any more; empty while one may."""
    if participant.death is not None:
        return DIED_FIRST
    if participant.withdrawals:
        return WITHDREW_FIRST
    return ENDED_FIRST if participant.off_treatment else ""


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
