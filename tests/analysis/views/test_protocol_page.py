"""The Protocol page holds every constant and setting of the program, with source and mark."""

from dataclasses import fields

import pytest
from django.test import Client
from django.utils.html import escape

from analysis.endpoints.registry import ENDPOINTS
from analysis.views.protocol import criteria_table
from tests.cast import cast_of
from trial import protocol
from trial.models import Person, Role
from trial.protocol import DECLARED, GROUPS, AnalysisSettings, StagePlan, analysis_settings, settings_of
from trial.rules.dose import modification
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.response.recist_1_1 import RECIST_1_1
from trial.rules.safety.interpretations import READINGS

MARKS = {protocol.REGISTRY, protocol.RECIST, protocol.CTCAE, protocol.OUR_READING}


def page_of(person: Person, address: str = "/protocol/") -> str:
    """The page as this person sees it."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_every_setting_is_declared_once_with_source_and_mark() -> None:
    assert [each.name for each in DECLARED] == [each.name for each in fields(AnalysisSettings)]
    assert all(each.title and each.source and each.mark in MARKS for each in DECLARED)


def test_every_group_begins_with_the_ceiling_and_the_plan_that_it_declares() -> None:
    stated = {group.code: settings_of(group.code) for group in GROUPS}
    assert {code: settings.accrual_ceiling for code, settings in stated.items()} == {"A": 50, "B": 43}
    assert all(stated[group.code].plan == group.plan for group in GROUPS)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "off"), (True, "yes"), (False, "no"), (28, "28"), (0.95, "0.95"),
     ("earliest", "the earliest day it can be"),
     (AnalysisSettings(plan=StagePlan((21, 41), (1, 4), (None, 9))).as_dict()["plan"],
      "stage 1 at 21, futile at 1 or fewer; stage 2 at 41, futile at 4 or fewer, promising at 9 or more; "
      "tells 5% from 20%")],
)  # fmt: skip
def test_a_value_is_shown_in_words(value: object, words: str) -> None:
    assert analysis_settings.in_words(value) == words


def test_the_page_names_the_group_of_every_tumor_type_and_histology(database: str) -> None:
    page = page_of(cast_of().people[Role.CHAIR])
    for kind in (*protocol.TUMOUR_TYPES, *protocol.HISTOLOGIES):
        group = kind.group.code if kind.group else "by histology"
        assert f'<th scope="row">{escape(kind.label)}</th><td>{group}</td>' in page


def test_the_page_names_every_constant_setting_endpoint_and_criterion(database: str) -> None:
    page = page_of(cast_of().people[Role.COORDINATOR])
    for constant in protocol.CONSTANTS:
        assert escape(constant.source) in page
        assert f"<td>{constant.value}</td>" in page
    for each in DECLARED:
        assert escape(each.title) in page and escape(each.source) in page
    assert all(escape(endpoint.title) in page for endpoint in ENDPOINTS)
    assert all(escape(item.words) in page for item in protocol.ELIGIBILITY)
    assert escape("Pancreatic polypeptide tumor") in page


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_the_protocol(database: str, role: Role) -> None:
    assert "Analysis settings" in page_of(cast_of().people[role])


def test_the_rules_compute_with_the_constants_that_the_page_shows() -> None:
    from decimal import Decimal

    from analysis.statistics.survival import DAYS_PER_MONTH
    from trial.rules.response.recist import IN_FORCE

    assert (Decimal("0.7"), Decimal("1.2")) == (IN_FORCE.partial_ratio, IN_FORCE.progression_ratio)
    assert DAYS_PER_MONTH == 30.4375


def test_the_page_says_which_criteria_of_response_are_in_force_and_that_they_stay(database: str) -> None:
    page = page_of(cast_of().people[Role.COORDINATOR])
    assert "Therasse P et al., J Natl Cancer Inst 2000;92:205–216" in page
    assert "out of RECIST 1.0 and RECIST 1.1. The choice is final once a participant is registered" in page
    rules = dict(criteria_table(RECIST_1_1))
    assert rules["Lymph nodes"] == "by short axis: target from 15 mm, normal below 10 mm"
    assert rules["Progression"].startswith("sum of diameters at least 120% of the smallest and 5 mm;")
    assert dict(criteria_table(RECIST_1_0))["Lymph nodes"] == "as any lesion, by longest diameter"


def test_the_page_names_every_dose_rule_and_every_reading_of_grades_with_its_mark(database: str) -> None:
    page = page_of(cast_of().people[Role.COORDINATOR])
    rules = [*modification.LEVELS, *modification.RULES, modification.LOWEST, modification.SURGERY,
             modification.MONITORING]  # fmt: skip
    assert all(f">{each.id}<" in page and escape(each.source) in page for each in rules)
    assert all(escape(each.words) in page and each.mark in MARKS for each in READINGS)
