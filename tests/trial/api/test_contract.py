"""Every call of the API answers as its description says, whatever it is called with."""

from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cast import Cast
from tests.program import program_of
from trial.models import Role

# Of each operation: most of the values are dealt out by the kinds of its parameters.
CALLS = 3
# Not whether what fits the description is accepted: it cannot say which moments there were.
ANSWERED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


THERE = {
    "forms/{form}": {"form": "hormone"}, "participants/{reference}": {"reference": "NET-001"},
    "entries/{form}": {"form": "eligibility"}, "entries/{form}/{entry}": {"form": "registration", "entry": 1},
    "entries/{form}/{entry}/history": {"form": "registration", "entry": 1},
}  # fmt: skip


@pytest.mark.requirement("R72")
@pytest.mark.parametrize("role", [Role.MONITOR, Role.STATISTICIAN])
def test_every_call_answers_as_it_is_described(cast: Cast, monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    """Some seconds long: each of the operations is called with values that fit its description, and that do not."""
    monkeypatch.setattr("trial.api.tokens.CALLS_A_MINUTE", 100_000)
    monkeypatch.setattr("trial.operations.file_jobs.start", lambda job: None)
    authorization = f"Bearer {program_of(cast, role).secret}"
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    called = 0
    for found in description.get_all_operations():
        operation = found.ok()

        @hypothesis.settings(
            max_examples=CALLS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": authorization}, checks=ANSWERED)

        answers()
        called += 1
    assert called >= 20
    for path, parameters in THERE.items():
        case = description[f"/api/v1/{path}"]["GET"].Case(path_parameters=parameters)
        assert case.call_and_validate(headers={"Authorization": authorization}, checks=ANSWERED).status_code == 200
