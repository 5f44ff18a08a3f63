"""The participant's page tells the response to date."""

from datetime import date
from decimal import Decimal

import pytest

from capture.services import assessments
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from trial.models import Role


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; the participant has a baseline of one target of 40 mm."""
    made = cast_of()
    target = assessments.NewLesion("liver", "segment 4", Decimal(40))
    assessments.save_baseline(made.people[Role.COORDINATOR], made.participant, date(2026, 1, 6), "spiral_ct", 5,
                              "not_done", [target], [])  # fmt: skip
    return made


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR])
def test_whoever_may_open_the_page_reads_the_response_to_date(cast: Cast, role: Role) -> None:
    page = signed_in(cast.people[role]).get("/participants/NET-001/").content.decode()
    assert "No assessment after the baseline yet." in page
    assert "Baseline on 06-JAN-2026: sum 40 mm of 1 target lesion." in page


def test_the_response_of_another_site_is_not_found(cast: Cast) -> None:
    assert signed_in(cast.elsewhere[Role.COORDINATOR]).get("/participants/NET-001/").status_code == 404
