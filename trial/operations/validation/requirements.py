"""All 71 requirements in the order of their ids, and what the tests serve besides."""

from trial.operations.validation.areas.access import ACCESS_REQUIREMENTS
from trial.operations.validation.areas.audit_trail import AUDIT_TRAIL_REQUIREMENTS
from trial.operations.validation.areas.data_capture import DATA_CAPTURE_REQUIREMENTS
from trial.operations.validation.areas.keeping import KEEPING_REQUIREMENTS
from trial.operations.validation.areas.signatures import SIGNATURE_REQUIREMENTS
from trial.operations.validation.areas.system import SYSTEM_REQUIREMENTS
from trial.operations.validation.requirement import Requirement

REQUIREMENTS: tuple[Requirement, ...] = (
    *ACCESS_REQUIREMENTS, *AUDIT_TRAIL_REQUIREMENTS, *SIGNATURE_REQUIREMENTS,
    *DATA_CAPTURE_REQUIREMENTS, *KEEPING_REQUIREMENTS, *SYSTEM_REQUIREMENTS,
)  # fmt: skip

# Test files, or folders of them, that no requirement names: what they are for. A new test file stands here or above.
OTHER_PURPOSES: dict[str, str] = {
    "tests/analysis/": "endpoints, figures, charts and settings answer the protocol's questions",
    "tests/browser/": "budgets of clicks and keys, work by keyboard alone, pages without scripts",
    "tests/capture/": "forms, work lists, proposals, the gate and the demo cohort do what the protocol says",
    "tests/runtime/": "the product starts, stops and tests itself on a fresh machine",
    "tests/trial/ctcae_v3/": "the dictionary of adverse events is the edition that it says",
    "tests/trial/evaluation/": "what one record means is decided once",
    "tests/trial/rules/": "the rules of the protocol against published and hand-computed values",
    "tests/trial/record/test_criteria_on_record.py": "the criteria of response stay once anybody is registered",
    "tests/trial/record/test_snapshot.py": "participants read part by part are the same as read at once",
    "tests/trial/protocol/test_schedule.py": "what is due when",
    "tests/trial/record/test_expedited_in_force.py": "the sponsor's table of expedited reporting is put in force on record",
    "tests/test_architecture.py": "who imports whom",
    "tests/test_one_participant.py": "one story from registration to a confirmed response",
}


def of_ids(ids: list[str]) -> tuple[Requirement, ...]:
    """The requirements named, in their order; all when none is named. Raises ValueError for an unknown id."""
    unknown = sorted(set(ids) - {each.id for each in REQUIREMENTS})
    if unknown:
        raise ValueError(f"There is no requirement {', '.join(unknown)}; the ids run from R01 to R71.")
    return tuple(each for each in REQUIREMENTS if not ids or each.id in ids)


def named_tests(requirements: tuple[Requirement, ...]) -> list[str]:
    """Every test of these requirements once, in the order of first mention."""
    return list(dict.fromkeys(test for each in requirements for test in each.tests))
