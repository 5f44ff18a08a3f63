"""Who a synthetic participant is: traits at screening, the eligibility checklist, history and medication. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from capture.demo.participant import DemoParticipant, Step, Values, full, month_of, year_of
from trial import protocol
from trial.rules.dates.partial_date import PartialDate
from trial.rules.eligibility import Answer

RACES = (("white", 74), ("black", 8), ("asian", 7), ("pacific", 2), ("american_indian", 2), ("not_reported", 4),
         ("unknown", 3))  # fmt: skip
ETHNICITIES = (("not_hispanic", 80), ("hispanic", 11), ("not_reported", 5), ("unknown", 4))
# Registered type, histology, primary site, functional syndrome, how often in ten.
TUMORS = {
    "A": (("metastatic_gi_carcinoid", "carcinoid", "ileum", "carcinoid syndrome", 5),
          ("recurrent_gi_carcinoid", "carcinoid", "appendix", "", 2),
          ("neuroendocrine_tumour", "carcinoid", "rectum", "", 2),
          ("metastatic_gi_carcinoid", "carcinoid", "stomach", "", 1)),
    "B": (("recurrent_islet_cell", "islet_cell", "pancreas, tail", "", 4),
          ("gastrinoma", "islet_cell", "duodenum", "Zollinger–Ellison syndrome", 2),
          ("glucagonoma", "islet_cell", "pancreas, tail", "glucagonoma syndrome", 1),
          ("insulinoma", "islet_cell", "pancreas, head", "hypoglycemia", 1),
          ("somatostatinoma", "islet_cell", "pancreas, head", "", 1),
          ("wdha_syndrome", "islet_cell", "pancreas, body", "WDHA syndrome", 1),
          ("pancreatic_polypeptide", "islet_cell", "pancreas, head", "", 1),
          ("neuroendocrine_tumour", "other_well_differentiated", "unknown primary", "", 2)),
}  # fmt: skip
# Each type of group B once by name, so that the cohort always holds it.
NAMED_TUMOUR = {"B3": 1, "B5": 2, "B6": 2, "B7": 3, "B9": 4, "B12": 5, "B15": 6, "B26": 7, "A30": 2}
OCTREOTIDE = ("somatostatin_analogue", "Octreotide LAR", "SD", "progression")
# Kind, what, best response, why it stopped (empty: it goes on) of each.
PRIOR = (
    (), (OCTREOTIDE,), (OCTREOTIDE, ("interferon", "Interferon alfa", "SD", "toxicity")),
    (("chemotherapy", "Streptozocin and 5-FU", "PR", "progression"),),
    (("liver_directed", "Hepatic artery embolization", "SD", "completed"),),
    (("surgery", "Resection of the primary tumor", "NE", "completed"), OCTREOTIDE),
    (("radiotherapy", "Bone metastases", "NE", "completed"),),
)  # fmt: skip
METASTASES = ("liver", "liver, lymph nodes", "liver, bone", "lymph nodes, peritoneum", "liver, lung", "lung")
HISTORY = (("Flushing", 1), ("Hypertension", 2), ("Diarrhea", 1), ("Diabetes mellitus", 2), ("Abdominal pain", 2),
           ("Resection of the primary tumor", None))  # fmt: skip
# The same person: registered once more, which was found at once, and nothing else was entered of the second.
PERSON, AGAIN = "B5", "B6"
LABORATORY = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}


def tumor(made: DemoParticipant) -> tuple[str, str, str, str, int]:
    """The tumor of the participant: registered type, histology, primary site, syndrome."""
    kinds = TUMORS[made.group]
    drawn = made.chance.choices(kinds, [kind[4] for kind in kinds])[0]
    place = NAMED_TUMOUR.get(f"{made.group}{made.rank}")
    return drawn if place is None else kinds[place]


def details(made: DemoParticipant, kind: tuple[str, str, str, str, int]) -> Values:
    """What the screening form asks for."""
    chance = made.chance
    born = made.registered_on - timedelta(days=365 * chance.randint(34, 79) + chance.randint(0, 364))
    no_birth, no_ecog = made.is_rank("A37", "B31"), made.is_rank("A21", "B33")
    found = {
        "consented_on": made.consented_on, "born_on": None if no_birth else _birth(made, born),
        "born_on_missing": "unknown" if no_birth else "",
        "sex": chance.choices(("female", "male", "not_reported"), (49, 49, 2))[0],
        "race": _weighted(made, RACES), "ethnicity": _weighted(made, ETHNICITIES),
        "ecog": None if no_ecog else chance.choices((0, 1, 2), (5, 4, 1))[0],
        "ecog_missing": "not_done" if no_ecog else "", "tumour_type": kind[0], "histology": kind[1],
        "primary_site": kind[2], "metastatic_sites": chance.choice(METASTASES), "functional_syndrome": kind[3],
    }  # fmt: skip
    made.prior = chance.choice(PRIOR)
    if made.is_rank(PERSON, AGAIN):
        found |= {"born_on": full(made.today - timedelta(days=22_800)), "sex": "female", "race": "white",
                  "ethnicity": "not_hispanic"}  # fmt: skip
    return found


def _birth(made: DemoParticipant, born: date) -> PartialDate:
    if made.rank % 12 == 6:
        return month_of(born)
    if made.rank % 17 == 11:
        # Younger than everybody else: a year alone must not agree with the full date of another participant.
        return year_of(made.registered_on - timedelta(days=365 * (30 - 3 * (made.rank // 17))))
    return full(born)


def _weighted(made: DemoParticipant, choices: tuple[tuple[str, int], ...]) -> str:
    """One of the codes; the rare ones are also taken in turn, so that none is left out."""
    codes = [code for code, _ in choices]
    if made.rank % 10 == 3 and made.group == "A":
        return codes[made.rank // 10 % len(codes)]
    if made.rank % 10 == 5 and made.group == "B":
        return codes[(made.rank // 10 + 3) % len(codes)]
    return made.chance.choices(codes, [weight for _, weight in choices])[0]


def answers(measured_on: date, *unmet: str) -> dict[str, Answer]:
    """All 23 criteria met but for those named; laboratory items as values with their date."""
    return {item.code: _answer(item, measured_on, item.code not in unmet) for item in protocol.ELIGIBILITY}


def _answer(item: protocol.EligibilityItem, measured_on: date, met: bool) -> Answer:
    if not item.is_laboratory:
        return Answer(met=met)
    return Answer(None, Decimal(LABORATORY[item.code]), measured_on)


def background_steps(made: DemoParticipant) -> list[Step]:
    """Medical history and medication, entered at registration or when the event asked for it."""
    history, analogue = _history(made), _analogue(made)
    return history + _prior(made, bool(analogue)) + analogue + _against_events(made)


def _prior(made: DemoParticipant, takes_one: bool) -> list[Step]:
    """Earlier therapies, the oldest first; takes_one: a somatostatin analogue goes on."""
    found = []
    for place, (kind, name, best, why) in enumerate(made.prior):
        goes_on = takes_one and kind == "somatostatin_analogue"
        began = made.consented_on - timedelta(days=365 * (len(made.prior) - place) + 400)
        found.append(Step(made.registered_on, "prior_therapy", {
            "kind": kind, "name": name, "started_on": year_of(began), "started_on_missing": "",
            "ongoing": "yes" if goes_on else "no", "best_response": best, "stop_reason": "" if goes_on else why,
            "stopped_on": None if goes_on else month_of(began + timedelta(days=330)), "stop_words": "",
        }))  # fmt: skip
    return found


def _history(made: DemoParticipant) -> list[Step]:
    chance = made.chance
    condition, grade = chance.choice(HISTORY)
    began = made.consented_on - timedelta(days=chance.randint(60, 2000))
    when: PartialDate | None = chance.choice((full, month_of, year_of, year_of))(began)
    if made.rank % 11 == 4:
        when = None
    values: dict[str, Any] = {
        "condition": condition, "grade": grade, "began_on": when,
        "began_on_missing": "" if when else "unknown",
        "ongoing": chance.choice(("yes", "yes", "no", "unknown")) if grade else "no",
    }  # fmt: skip
    return [Step(made.registered_on, "history", values)]


def _analogue(made: DemoParticipant) -> list[Step]:
    """A third take a somatostatin analogue; most of them since long before, one from after day 1."""
    late = made.is_rank("A17", "B28")
    if made.chance.random() > 0.34 and not late:
        return []
    began = made.consented_on - timedelta(days=made.chance.randint(60, 700))
    if late and made.day_1 is not None:
        began = made.day_1 + timedelta(days=35)
    stopped = made.registered_on + timedelta(days=70) if made.rank % 7 == 2 else None
    return [_medication(max(made.registered_on, began), "somatostatin_analogue", "Octreotide LAR",
                        "20 mg", "hormonal symptoms", full(began) if late else month_of(began),
                        full(stopped) if stopped and stopped < made.last_day and not late else None)]  # fmt: skip


def _against_events(made: DemoParticipant) -> list[Step]:
    cures = {"diarrhea": ("Loperamide", "2 mg", "diarrhea"),
             "hypertension": ("Amlodipine", "5 mg", "high blood pressure"),
             "rash_hand_foot_skin_reaction": ("Urea cream 10%", "", "hand-foot skin reaction")}  # fmt: skip
    found = []
    for event in made.events:
        if event.term in cures and (event.grade or 0) >= 2 and not event.present_at_baseline:
            name, dose, why = cures[event.term]
            stopped = full(event.resolved_on) if event.resolved_on and event.term == "diarrhea" else None
            found.append(_medication(event.resolved_on or event.onset_on, "other", name, dose, why,
                                     full(event.onset_on), stopped))  # fmt: skip
    return found


_HOW_GIVEN: dict[str, Values] = {
    name: {"route": route, "route_words": "", "how_often": often, "how_often_words": ""} for name, route, often in (
        ("Octreotide LAR", "intramuscular", "four_weeks"), ("Loperamide", "oral", "as_needed"),
        ("Amlodipine", "oral", "once_daily"), ("Urea cream 10%", "topical", "twice_daily"))
}  # fmt: skip


def _medication(on: date, kind: str, name: str, dose: str, why: str, started: PartialDate | None,
                stopped: PartialDate | None) -> Step:  # fmt: skip
    return Step(on, "medication", _HOW_GIVEN[name] | {
        "kind": kind, "name": name, "dose": dose, "indication": why, "started_on": started,
        "started_on_missing": "" if started else "unknown", "stopped_on": stopped,
    })  # fmt: skip


UNMET = "no_other_cancer"
# Rank → kind of finding, days after registration, what was found.
FINDINGS = {
    "A4": ("ineligible", 60, "Central pathology: high-grade histology."),
    "A9": ("cancelled", 12, "Decided against treatment before the first dose."),
    "A15": ("ineligible", 117, "The brain metastasis was there on the scan of screening."),
    AGAIN: ("in_error", 2, "Registered twice: the same person as an earlier participant."),
    "B32": ("cancelled", 9, "Fractured hip before the first dose."),
    "B38": ("ineligible", 45, "Bilirubin of screening had been that of another participant."),
}
WAIVED = ("A34", "B27")
DEVIATIONS = {
    "A6": ("assessment", 70, "Scan 9 days late", "Radiology was reminded"),
    "A17": ("dosing", 33, "Took double dose for one day", "Explained again; no symptoms"),
    "A28": ("consent", 20, "Signed an outdated version of the consent", "Signed again"),
    "B14": ("medication", 50, "Took a herbal remedy for three weeks", "Stopped"),
    "B22": ("procedure", 29, "Blood pressure not measured for two weeks", ""),
}  # fmt: skip
OPENED_ON, WITHDRAWN_ON = 307, 391


def registration_steps(made: DemoParticipant, details: Values) -> list[Step]:
    """Screening and registration, through a waiver where a criterion is not met."""
    if not made.is_registered or made.is_rank(*WAIVED):
        return _through_a_waiver(made, details)
    first = dict(details)
    found = []
    if made.is_rank("B29"):
        # Registered in group A by a slip, and moved by a correction a week later.
        first |= {"tumour_type": "neuroendocrine_tumour", "histology": "carcinoid"}
        corrected = {"tumour_type": "neuroendocrine_tumour", "histology": "islet_cell"}
        found.append(Step(made.registered_on + timedelta(days=6), "correction",
                          {"corrections": corrected, "reason": "Entry error"}))  # fmt: skip
    if made.is_rank("A12", "B3"):
        found.append(Step(made.registered_on + timedelta(days=30), "correction", {
            "corrections": {"primary_site": "ileum" if made.group == "A" else "pancreas, body"},
            "reason": "New or corrected source document"}))  # fmt: skip
    values = {"details": first, "registered_on": made.registered_on}
    said = "Another person, as the referral says." if made.is_rank(AGAIN) else ""
    return [Step(made.registered_on, "registration", values, looked_at=said), *found]


def _through_a_waiver(made: DemoParticipant, details: Values) -> list[Step]:
    asked_on = made.registered_on - timedelta(days=2)
    found = [
        Step(asked_on, "screening", {"details": details, "unmet": UNMET}),
        Step(asked_on, "waiver", {"criteria": [UNMET],
                                "because": "Prostate cancer treated two years ago, no sign of it since."}),
    ]
    if made.is_rank("B91"):
        return found
    approve = made.is_rank(*WAIVED)
    words = "No evidence of disease; acceptable." if approve else "A second cancer would blur survival."
    found.append(Step(made.registered_on - timedelta(days=1), "decision", {"approve": approve, "because": words}))
    if approve:
        found.append(Step(made.registered_on, "registering", {"registered_on": made.registered_on}))
    return found


def odd_steps(made: DemoParticipant) -> list[Step]:
    """Findings, deviations, local treatment, corrections and entries taken back."""
    found = []
    if made.key in FINDINGS:
        kind, days, because = FINDINGS[made.key]
        on = made.registered_on + timedelta(days=days)
        found.append(Step(on, "finding", {"kind": kind, "found_on": on, "because": because}))
    if made.key in DEVIATIONS:
        kind, days, what, action = DEVIATIONS[made.key]
        on = made.registered_on + timedelta(days=days)
        found.append(Step(on, "deviation", {"happened_on": on, "kind": kind, "description": what, "action": action}))
    if made.course_name == "locally_treated" and len(made.scans) > 2:
        on = made.scans[1].on + timedelta(days=20)
        found.append(Step(on, "local_treatment", {"treated_on": on, "reason": "Embolized for pain"}))
    return found + _taken_back(made) + _corrected(made)


def _taken_back(made: DemoParticipant) -> list[Step]:
    on = made.registered_on + timedelta(days=40)
    if made.is_rank("A8", "B5"):
        values = {"happened_on": on, "kind": "procedure", "description": "Weight not taken", "action": ""}
        return [Step(on, "deviation", values),
                Step(on, "strike_out", {"kind": "deviation", "happened_on": on,
                                        "reason": "Entered for the wrong participant"})]  # fmt: skip
    if made.is_rank("A16"):
        values = {"condition": "Gout", "grade": 1, "began_on": full(made.consented_on), "began_on_missing": "",
                  "ongoing": "yes"}  # fmt: skip
        return [Step(on, "history", values),
                Step(on, "strike_out", {"kind": "history", "condition": "Gout", "reason": "Entry error"})]  # fmt: skip
    return []


def _corrected(made: DemoParticipant) -> list[Step]:
    """A scan measured again, and tablets counted again."""
    found = []
    if made.is_rank("A14", "B2") and len(made.scans) > 1:
        found.append(Step(made.scans[1].on + timedelta(days=9), "scan_again",
                          {"scan": made.scans[1], "reason": "Answer to a query: read again by the same radiologist",
                           "longer_mm": "0.6"}))  # fmt: skip
    if made.is_rank("A10", "B9") and made.cycle_starts and made.cycle_starts[0] < made.today - timedelta(days=60):
        found.append(Step(made.cycle_starts[0] + timedelta(days=40), "count_again",
                          {"number": 1, "returned": 4, "reason": "New or corrected source document"}))  # fmt: skip
    return found


def study_steps(first_on: date) -> list[Step]:
    """The chair reopens group B while its stage 1 matures, and takes it back once a second one has responded."""
    return [
        Step(first_on + timedelta(days=OPENED_ON), "reopening",
             {"group": "B", "because": "Outcomes mature slowly, no safety concern; agreed with the monitoring "
                                       "committee."}),
        Step(first_on + timedelta(days=WITHDRAWN_ON), "reopening_withdrawn",
             {"group": "B", "because": "Stage 1 has passed by itself: a second confirmed response."}),
    ]  # fmt: skip
