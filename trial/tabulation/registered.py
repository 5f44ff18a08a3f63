"""What the public registry says of this study's outcomes, and how its flow of participants is read. PURE."""

from dataclasses import dataclass

from trial.protocol import OUR_READING, REGISTRY, constant

ARM = (f"Sorafenib tosylate {constant('full_dose_mg')} mg by mouth twice daily on days 1 to {constant('cycle_days')}; "
       f"cycles repeat every {constant('cycle_days')} days.")  # fmt: skip
PRIMARY, SECONDARY, OTHER = "PRIMARY", "SECONDARY", "OTHER_PRE_SPECIFIED"
TWO_YEARS = "Up to 2 years"


@dataclass(frozen=True)
class RegisteredOutcome:
    """One outcome measure of the registry's record: by which endpoint it is answered, its type and time frame."""

    endpoint: str
    type: str
    time_frame: str
    source: str = REGISTRY


OUTCOMES = (
    RegisteredOutcome("response_rate", PRIMARY, "Duration of treatment (up to 2 years)"),
    RegisteredOutcome("toxicity", SECONDARY, TWO_YEARS),
    RegisteredOutcome("overall_survival", SECONDARY, "From registration to death (up to 2 years)"),
    RegisteredOutcome("progression_free_survival", SECONDARY,
                      "Time from registration to progression or death (up to 2 years)"),
    RegisteredOutcome("duration_of_response", SECONDARY, "Time from response to progression (up to 2 years)"),
    RegisteredOutcome("time_to_progression", OTHER, "Time from registration to progression (up to 2 years)",
                      OUR_READING),
    RegisteredOutcome("hormone_improvement", OTHER, TWO_YEARS, OUR_READING),
)  # fmt: skip
# Treatment goes on until progression: who was treated as long has completed it [our reading]. The others by reason.
COMPLETED = frozenset({"progression"})
COMPLETED_IN_WORDS = "Completed: treated until disease progression, as the protocol plans. Interpretation."
# Reason off treatment → the registry's reason; what has none is named as another reason in its own words.
REASONS = {
    "toxicity": "Adverse Event", "refusal": "Withdrawal by Subject", "physician": "Physician Decision",
    "death": "Death", "lost": "Lost to Follow-up", "symptomatic": "Lack of Efficacy",
}  # fmt: skip
# Every reason that the registry has.
KNOWN_REASONS = frozenset({*REASONS.values(), "Pregnancy", "Protocol Violation"})
# What the record does not hold and the registry asks for.
NOT_ON_RECORD = (
    "Point of contact, and agreements with the investigators on disclosure",
    "Limitations and caveats",
    "Region of enrollment: the country stands with each site, in no stored result",
    "More than one race: the form takes one race",
)
