"""RS: the response at each assessment and the best, what contacts report of progression, and ECOG. PURE."""

from collections.abc import Iterable

from trial import protocol
from trial.tabulation import common, terms
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.sdtm.tumors import INVESTIGATOR, SPONSOR, link_group
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

OPINION, MARKER, VISIT, AT_REGISTRATION, CONTACT, BEST = 100_000, 150_000, 200_000, 250_000, 300_000, 400_000
PROTOCOL_DEFINED = "PROTOCOL DEFINED RESPONSE CRITERIA"
NAMES = dict(zip(terms.RESPONSE_TEST.pairs, terms.RESPONSE_TEST_NAME.pairs, strict=True))
# Test → the name of its part of a stored outcome.
COMPUTED = (("TRGRESP", "target"), ("NTRGRESP", "non_target"), ("NEWLIND", "new_lesions"), ("OVRLRESP", "overall"))
NEW_LESIONS = {"YES": "Y", "NO": "N", "NE": "NE"}
MARKERS = {"normal": "NORMAL", "above": "ABOVE UPPER LIMIT OF NORMAL"}


def _rows(subject: Subject) -> Iterable[Values]:
    stored = {each["id"]: each for each in (subject.outcome or {}).get("assessments", ())}
    for row in subject.rows("assessment"):
        yield from _assessment(subject, row, stored.get(row["id"]))
    yield from _best(subject)
    for row in subject.rows("follow_up"):
        yield from _contact(subject, row)
    yield from _performance(subject)


def _assessment(subject: Subject, row: Row, computed: Row | None) -> Iterable[Values]:
    shared = {**visits_of(subject).of("assessment", row), "RSLNKGRP": link_group(subject, row)}
    for test, (code, part) in enumerate(COMPUTED, start=1) if computed is not None else ():
        value = computed[part] if computed is not None else "none"
        if value != "none":
            yield {
                **subject.key("assessment", row, 0, 10, test), **shared, **_test(code, protocol.CRITERIA),
                **_response(NEW_LESIONS[value] if code == "NEWLIND" else terms.RESPONSE.value(value)),
                "RSDRVFL": "Y", "RSEVAL": SPONSOR, "RSDTC": computed["on"] if computed else None,
                "RSREASON": computed["because"] if computed and code == "OVRLRESP" else None,
            }  # fmt: skip
    if row["investigator_response"]:
        yield {
            **subject.key("assessment", row, OPINION), **shared, **_test("OVRLRESP", protocol.CRITERIA),
            **_response(row["investigator_response"]), "RSEVAL": INVESTIGATOR, "RSDTC": row["assessed_on"],
        }  # fmt: skip
    if row["marker"] in MARKERS:
        yield {
            **subject.key("assessment", row, MARKER), **shared, **_test("TMRESP", PROTOCOL_DEFINED),
            **_response(MARKERS[row["marker"]]), "RSEVAL": INVESTIGATOR, "RSDTC": row["assessed_on"],
        }  # fmt: skip


def _test(code: str, category: str) -> Values:
    return {"RSTESTCD": code, "RSTEST": NAMES[code], "RSCAT": category}


def _response(value: str) -> Values:
    return {"RSORRES": value, "RSSTRESC": value}


def _best(subject: Subject) -> Iterable[Values]:
    """The best response of the stored outcome; an early death or an unknown one is not evaluable."""
    if subject.outcome is None:
        return
    best = subject.outcome["best"]
    category = best["category"]
    yield {
        "seq": BEST, **_test("BESTRESP", protocol.CRITERIA), "RSORRES": category.upper(),
        "RSSTRESC": category if category in terms.RESPONSE.pairs else "NE", "RSDRVFL": "Y", "RSEVAL": SPONSOR,
        "RSDTC": best["on"], "RSREASON": ": ".join(filter(None, (best["subcategory"], best["because"]))),
    }  # fmt: skip


def _contact(subject: Subject, row: Row) -> Iterable[Values]:
    shared = {**visits_of(subject).of("follow_up", row), "RSEVAL": INVESTIGATOR}
    response = {**subject.key("follow_up", row, CONTACT, 10, 1), **shared, **_test("OVRLRESP", PROTOCOL_DEFINED)}
    match row["progression"]:
        case "radiological":
            yield {**response, **_response("PD"), "RSDTC": row["progressed_on"], "RSMETHOD": row["progression_method"]}
        case "none":
            yield {**response, **_response("NON-PD"), "RSDTC": row["disease_assessed_on"]}
        case "clinical":
            yield {**subject.key("follow_up", row, CONTACT, 10, 2), **shared, **_test("SYMPTDTR", PROTOCOL_DEFINED),
                   **_response("Y"), "RSDTC": row["progressed_on"]}  # fmt: skip
        case _:
            yield {**response, **common.no_value("RS", "unknown"), "RSDTC": row["contacted_on"]}


def _performance(subject: Subject) -> Iterable[Values]:
    """ECOG at registration, whose day is not asked, and at each visit."""
    one = subject.participant
    entries = [("participant", one, AT_REGISTRATION, None)]
    entries += [("visit", row, VISIT, row["visited_on"]) for row in subject.rows("visit")]
    for table, row, offset, on in entries:
        value = None if row["ecog"] is None else str(row["ecog"])
        yield {
            **subject.key(table, row, offset), **visits_of(subject).of(table, row), **_test("ECOG101", "ECOG"),
            "RSORRES": value, "RSSTRESC": value, "RSSTRESN": row["ecog"], **common.no_value("RS", row["ecog_missing"]),
            "RSEVAL": INVESTIGATOR, "RSDTC": on,
        }  # fmt: skip


RS = DataSet("RS", "Disease Response and Clin Classification", "FINDINGS",
             "One record per response or classification of a subject, by visit and evaluator",
             ("STUDYID", "USUBJID", "RSCAT", "RSTESTCD", "VISITNUM", "RSEVAL", "RSSEQ"), _rows, (
    *common.identified("RS"),
    Variable("RSLNKGRP", "Link Group ID", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED),
    *common.test("RS", "Assessment Short Name", "Assessment Name", terms.RESPONSE_TEST, terms.RESPONSE_TEST_NAME),
    Variable("RSCAT", "Category for Assessment", Role.GROUPING, Core.EXPECTED, Origin.ASSIGNED,
             codes=terms.RESPONSE_CATEGORY),
    Variable("RSORRES", "Result or Finding in Original Units", Role.RESULT, Core.EXPECTED, asked=(
        "assessment.investigator_response", "assessment.marker", "follow_up.progression", "participant.ecog",
        "visit.ecog")),
    Variable("RSSTRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             method="As RSORRES; NE of a best response that no assessment shows. Rows with RSDRVFL are the stored "
             "results of the study, by the criteria of response and the settings in force.",
             by_test=dict.fromkeys(("TRGRESP", "NTRGRESP", "OVRLRESP", "BESTRESP"), terms.RESPONSE)),
    Variable("RSSTRESN", "Numeric Result/Finding in Standard Units", Role.RESULT, Core.PERMISSIBLE, Origin.DERIVED,
             INTEGER,
             method="Of ECOG only."),
    *common.not_done("RS", "participant.ecog_missing", "visit.ecog_missing"),
    Variable("RSMETHOD", "Method of Test or Examination", codes=terms.METHOD, asked=("follow_up.progression_method",)),
    Variable("RSDRVFL", "Derived Flag", Role.RECORD, Core.PERMISSIBLE, Origin.DERIVED, codes=terms.YES_NO,
             method="Y where the program computed the response."),
    common.evaluator("RS"),
    *common.at_visit("RS", "Date/Time of Assessment", "Study Day of Assessment", "follow_up.progressed_on",
                     "follow_up.disease_assessed_on"),
), qualifiers=(
    common.NO_RESULT,
    Qualifier("RSREASON", "Reason of the Computed Response", Origin.DERIVED, method="The words of the stored result."),
))  # fmt: skip
