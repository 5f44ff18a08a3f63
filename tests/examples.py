"""Examples of every form of the casebook, once: what is right, what is corrected, what passes and fails its checks.

A form that is added is one line of `EXAMPLES`. Typed for the participant of the cast (`tests.cast`), who was registered
on 08-JAN-2026 and whose treatment begins on 12-JAN-2026.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from capture.casebook.registry import FORMS
from tests.capture.check_facts import Table, dosing, entries, events, order, scans


@dataclass(frozen=True)
class Example:
    """What is typed into a form, and saved without a question.

    correction: a field with a second and a third right value; other: another field and its new value. page: where it is
    entered, below the participant (empty: as most forms are). facts: check → facts on which it passes and fails.
    """

    typed: dict[str, str]
    correction: tuple[str, str, str] = ("", "", "")
    other: tuple[str, str] = ("", "")
    page: str = ""
    facts: Table = field(default_factory=dict)


class _Examples(dict[str, Example]):
    def __missing__(self, kind: str) -> Example:
        raise AssertionError(
            f"tests/examples.py has no example of the form “{kind}”: add a line of what is typed into it."
        )


EXAMPLES = _Examples({
    "cycle": Example({"started_on": "09-FEB-2026", "as_planned": "1"}, page="cycles/2/", facts=dosing.CYCLE),
    "baseline": Example({"assessed_on": "08-JAN-2026", "method": "spiral_ct", "marker": "not_done", "T1-organ": "liver",
                         "T1-longest_diameter_mm": "40", "reason_code": "entry_error"},
                        page="assessments/{baseline}/", facts=scans.BASELINE),
    "follow_up_scan": Example({"assessed_on": "09-MAR-2026", "method": "spiral_ct", "marker": "not_done",
                               "new_lesions": "no"}, page="assessments/new/", facts=scans.FOLLOW_UP_SCAN),
    "visit": Example({"visited_on": "12-JAN-2026", "cycle_number": "1", "weight_kg": "70", "ecog": "1",
                      "systolic_mmhg": "120", "diastolic_mmhg": "80", "lab-HGB-value": "12.4", "lab-HGB-unit": "g/dL",
                      "lab-HGB-lower_limit": "12", "lab-HGB-upper_limit": "16"},
                     ("weight_kg", "71", "72"), ("ecog", "2"), facts=entries.VISIT),
    "blood_pressure": Example({"measured_on": "20-JAN-2026", "systolic_mmhg": "120", "diastolic_mmhg": "80"},
                              ("systolic_mmhg", "130", "140"), ("diastolic_mmhg", "85"), facts=entries.BLOOD_PRESSURE),
    "adverse_event": Example({"term": "nausea", "select": "", "grade": "2", "attribution": "4",
                              "onset_on": "20-JAN-2026", "seriousness": "no", "expectedness": "expected",
                              "action_taken": "none", "outcome": "not_recovered"},
                             ("grade", "3", "1"), ("attribution", "3"), facts=events.ADVERSE_EVENT),
    "hormone": Example({"sampled_on": "12-JAN-2026", "marker": "CGA", "value": "300", "unit": "ng/mL",
                        "upper_limit": "100", "assay": "Dako"},
                       ("value", "310", "320"), ("assay", "Cisbio"), facts=entries.HORMONE),
    "medication": Example({"kind": "other", "name": "loperamide", "dose": "2 mg", "indication": "diarrhea",
                           "started_on": "FEB-2026"},
                          ("dose", "4 mg", "6 mg"), ("name", "loperamide hydrochloride"), facts=entries.MEDICATION),
    "prior_therapy": Example({"kind": "chemotherapy", "name": "streptozocin", "started_on": "2024",
                              "ongoing": "unknown", "best_response": "SD"},
                             ("name", "streptozocin and 5-FU", "5-FU"), ("best_response", "PR"),
                             facts=entries.PRIOR_THERAPY),
    "history": Example({"condition": "hypertension", "grade": "1", "began_on": "2010", "ongoing": "yes"},
                       ("condition", "hypertension, treated", "hypertension, untreated"), ("grade", "2"),
                       facts=entries.HISTORY),
    "deviation": Example({"happened_on": "20-JAN-2026", "kind": "other", "description": "two doses left out"},
                         ("description", "one dose left out", "three doses left out"), ("action", "reminded"),
                         facts=entries.DEVIATION),
    "off_treatment": Example({"off_on": "20-MAR-2026", "reason": "physician", "because": "frailty"},
                             ("because", "frailty and weight loss", "weight loss"), ("reason", "refusal"),
                             facts=events.OFF_TREATMENT),
    "follow_up": Example({"contacted_on": "20-MAR-2026", "alive": "alive", "progression": "none", "new_therapy": "no"},
                         ("contacted_on", "21-MAR-2026", "22-MAR-2026"), ("disease_assessed_on", "19-MAR-2026"),
                         facts=events.FOLLOW_UP),
    "death": Example({"died_on": "20-MAY-2026", "cause": "disease"}, ("died_on", "21-MAY-2026", "22-MAY-2026"),
                     ("because", "liver failure"), facts=events.DEATH),
    "withdrawal": Example({"withdrew_on": "20-MAR-2026", "scope": "treatment"},
                          ("withdrew_on", "21-MAR-2026", "22-MAR-2026"), ("because", "by letter"),
                          facts=events.WITHDRAWAL),
    "off_study": Example({"off_on": "20-MAR-2026", "reason": "lost"}, ("off_on", "21-MAR-2026", "22-MAR-2026"),
                         ("because", "three letters unanswered"), facts=events.OFF_STUDY),
    "registration": Example({"registered_on": "09-JAN-2026", "consented_on": "05-JAN-2026", "born_on": "02-MAR-1950",
                             "sex": "female", "race": "white", "ethnicity": "not_hispanic", "ecog": "1",
                             "tumour_type": "metastatic_gi_carcinoid", "histology": "carcinoid",
                             "reason_code": "entry_error"}, page="registration/", facts=entries.REGISTRATION),
})  # fmt: skip
for _kind, _example in EXAMPLES.items():
    EXAMPLES[_kind] = replace(_example, facts={**order.of_form(_kind), **_example.facts})


def values(kind: str, /, **changed: str) -> dict[str, Any]:
    """The example as the services take it: read by the form of the page."""
    form = FORMS[kind].form({**EXAMPLES[kind].typed, **changed})
    assert form.is_valid(), form.errors
    return dict(form.cleaned_data)  # type: ignore[attr-defined]


# What no form stores in any field, and says so in words.
NONSENSE = ("", "0", "-1", "1e30", "NaN", "x" * 5000, "🙂", "a\x00b", "03/04/2006", "<script>", "31-FEB-2026")

# What nobody types who means well; each is stored as it is, or refused in words.
HOSTILE = (
    "", " ", "0", "-1", "00", "1e30", "1e-30", "NaN", "-Infinity", "sNaN", "1,5", "1.0000000001", "99999999999999999",
    "٣", "½", "²", "0x10", "1_000", "+5", "x" * 5000, "🙂" * 40, "a\x00b", "\x1b[31m", "‮evil", "\ufeff",
    "<script>alert(1)</script>", "' OR 1=1 --", "{{7*7}}",
    "{% debug %}", "%s%n", "../../etc",
    "03/04/2006", "31-FEB-2026", "29-FEB-2025", "UNK-UNK-2026", "UNK-JAN", "32-JAN-2026", "1-1-1", "9999-12-31",
    "0001-01-01", "10000-01-01", "t", "today", "12-FEB-2026", "JAN-2026", "2026", "01-JAN-1899", "01-JAN-2999", "true",
    "None", "null", "[]", "yes", "on", "\r\nSet-Cookie: a=b", "=cmd|' /C calc'!A0",
)  # fmt: skip
