"""How a query is worded: neutral words for every finding and every common doubt. They never suggest the answer.

`FINDINGS`: code of an automatic finding → what the site reads. `TEMPLATES`: what a monitor can start from.
A test reads every wording for words and values that would lead the site to an answer.
"""

FINDINGS: dict[str, str] = {
    "response_differs": "The investigator's response and the readings of this assessment do not agree. Please compare "
    "both with the source.",
    "illogical_sequence": "The response at this assessment does not follow from the assessments before it. Please "
    "compare this assessment and those before it with the source.",
    "clinical_progression": "Progression without a scan was reported here. Please compare with the source and say "
    "which assessments were made.",
    "progression_not_seen": "The reason for the end of treatment and the assessments on record do not agree. Please "
    "compare both with the source.",
    "alive_after_death": "The date of death and a later entry of the record do not agree. Please compare both with "
    "the source.",
    "grade_missing": "The grade of this event is not on record. Please look it up in the source.",
    "attribution_missing": "The attribution of this event is not on record. Please look it up in the source.",
}
OTHER_FINDING = "This entry and the rest of the record do not agree. Please compare them with the source."

# After the words of an edit check that nobody has answered.
AFTER_A_CHECK = "Please compare the entry with the source."

TEMPLATES: tuple[str, ...] = (
    "Please compare this value with the source and correct or confirm it.",
    "The source document for this entry was not found. Please say where it is kept.",
    "This entry and another entry of the casebook do not agree. Please compare both with the source.",
    "This field was left without a value. Please look it up in the source, or say why it is missing.",
    "Please say how this date was established.",
)


def of_finding(code: str) -> str:
    """What the site reads about a finding."""
    return FINDINGS.get(code, OTHER_FINDING)


def of_check(words: str) -> str:
    """What the site reads about an edit check that failed and that nobody has looked at."""
    return f"{words} {AFTER_A_CHECK}"
