"""The coordinator's tasks in a real browser, counted by the keystroke model; nothing is answered beforehand.

Run with `-s` to see the table. Peers' desk figures stand in the README.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import queries, signing
from capture.conduct.queries import Where
from capture.entry.services import assessments, dosing, entries
from tests.browser.conftest import Counted, signed_in_page
from tests.cast import Cast
from tests.trial.accounts.security.people import PASSWORD, code_of
from trial import protocol
from trial.models import (
    AdverseEvent,
    Assessment,
    Cycle,
    Delegation,
    Laboratory,
    LaboratoryRange,
    Participant,
    Role,
    Signature,
    Visit,
)
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

DAY_1 = date(2026, 1, 12)
LABORATORY = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
TARGETS = ("liver segment 4a", "liver segment 7 dorsal", "liver segment 2", "mesenteric root", "para-aortic left")
ORGANS = ("li", "li", "li", "me", "ly")


def _days_ago(days: int) -> str:
    """A day as a coordinator types it."""
    return shown(timezone.now().date() - timedelta(days=days)).replace("-", "").lower()


def _start(chromium: Any, live_server_url: str, cast: Cast, place: str) -> Counted:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}{place}")
    return Counted(page)


def _within(task: str, counted: Counted, clicks: int, seconds: int) -> None:
    print(f"\n| {task} | {counted.clicks} clicks, {counted.keys} keys, {counted.seconds:.0f} s | "
          f"≤ {clicks} / {seconds} s |")  # fmt: skip
    assert counted.clicks <= clicks and counted.seconds <= seconds, counted


def _baseline(cast: Cast) -> None:
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(40)) for n in range(1, 6)]
    others = [assessment.NewLesion("bone", f"vertebra {n}", None) for n in range(1, 4)]
    assessments.save_baseline(
        Save(),
        cast.participant,
        {"assessed_on": DAY_1 - timedelta(3), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )


def test_a_participant_is_registered_in_12_clicks_and_50_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    do = _start(chromium, live_server_url, cast, "/work/")
    do.click("a[href='/participants/register/']", opens=True)
    assert do.focused() == "consented_on"
    do.type(_days_ago(4))
    do.type("14mar1951")
    for answer in ("f", "w", "not h", "1", "metas", "c"):
        do.type(answer)
    for begun, rest in (("te", ""), ("li", ", me"), ("ca", "")):  # → takes the words that stand there in gray
        do.type(begun, "ArrowRight")
        if rest:
            do.type(rest, "ArrowRight")
        do.press("Tab")
    do.type(_days_ago(5))
    for item in protocol.ELIGIBILITY:
        if item.is_multiple:
            do.type(LABORATORY[item.code], "Enter")  # the value, then its upper limit
            do.type("1", "Enter")
        elif item.is_laboratory:
            do.type(LABORATORY[item.code], "Enter")
        else:
            do.press("y")
    do.type("t")
    do.save()
    made = Participant.objects.get(number="NET-002")
    assert (made.group, made.sex, made.ethnicity, made.ecog) == ("A", "female", "not_hispanic", 1)
    assert (made.primary_site, made.metastatic_sites) == ("terminal ileum", "liver, mesentery")
    assert made.functional_syndrome == "carcinoid syndrome"
    assert made.eligibility_answers.filter(met=True).count() == 23
    _within("register a participant", do, 12, 50)


def test_a_baseline_of_8_lesions_is_entered_in_4_clicks_and_70_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    do.click("a.btn:has-text('Baseline')", opens=True)
    assert do.focused() == "assessed_on"
    for typed in ("9jan2026", "s", "5", "nor"):
        do.type(typed)
    for organ, description, millimetres in zip(ORGANS, TARGETS, ("42", "35.5", "28", "31", "24"), strict=True):
        do.type(organ, "Enter")
        do.type(description, "Enter")
        do.type(millimetres, "Enter")
    do.press("Enter")  # an empty row: on to the non-target lesions
    for description in ("vertebra T9", "vertebra L2", "sacrum left"):
        do.type("b", "Enter")
        do.type(description, "Enter")
    do.save("Control+Enter")
    row = Assessment.objects.get()
    assert (row.readings.count(), row.method, row.marker) == (8, "spiral_ct", "normal")
    found = [(each.lesion.label, each.lesion.organ, each.longest_diameter_mm) for each in row.readings.order_by("id")]
    assert found[3:6] == [("T4", "mesentery", 31), ("T5", "lymph_node", 24), ("N1", "bone", None)]
    _within("baseline, 5 target + 3 non-target lesions", do, 4, 70)


def test_a_cycle_taken_as_planned_takes_4_clicks_and_20_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    do.click("a.btn:has-text('Cycle 1')", opens=True)
    assert do.focused() == "started_on"
    for typed in ("12jan2026", "112", "0"):
        do.type(typed)
    do.type("S-22061", "")
    do.save("Control+Enter")
    row = Cycle.objects.get()
    assert (row.started_on, row.tablets_dispensed, row.tablets_returned, row.lot) == (DAY_1, 112, 0, "S-22061")
    assert row.periods.get().dose_mg == 400
    _within("cycle taken as planned", do, 4, 20)


MEASURED = {
    "HGB": ("13.1", "12.0", "16.0", "g/dL"), "WBC": ("6.2", "4", "10", "10^9/L"), "NEUT": ("3.9", "2", "7.5", "10^9/L"),
    "LYM": ("1.6", "1", "4", "10^9/L"), "PLAT": ("231", "150", "400", "10^9/L"), "INR": ("1.0", "0.8", "1.2", "ratio"),
    "BILI": ("0.7", "0.2", "1.2", "mg/dL"), "AST": ("31", "10", "40", "U/L"), "ALT": ("28", "10", "45", "U/L"),
    "ALP": ("96", "40", "130", "U/L"), "CREAT": ("0.9", "0.6", "1.2", "mg/dL"),
    "SODIUM": ("139", "135", "145", "mmol/L"),
    "K": ("4.2", "3.5", "5.1", "mmol/L"), "CA": ("9.4", "8.5", "10.5", "mg/dL"), "PHOS": ("3.4", "2.5", "4.5", "mg/dL"),
    "MG": ("2.0", "1.6", "2.6", "mg/dL"), "GLUC": ("98", "70", "110", "mg/dL"), "ALB": ("4.1", "3.5", "5", "g/dL"),
    "LIPASE": ("38", "10", "60", "U/L"), "AMYLASE": ("55", "20", "110", "U/L"),
}  # fmt: skip


def _visit_of_20_values(do: Counted, cycle: int, on: str) -> float:
    """Seconds of one visit whose laboratory is chosen by itself; nothing of its limits is typed."""
    before = do.seconds
    do.page.goto(do.page.url.split("/participants")[0] + f"/participants/NET-001/visit/new/?cycle={cycle}")
    do.clicks, do.pages = do.clicks + 1, do.pages + 1  # the link of the participant's page
    assert do.focused() == "visited_on"
    do.type(on)
    assert do.focused() == "cycle_number"
    do.press("Tab")
    for typed in ("71.5", "1", "128", "78"):
        do.type(typed)
    assert do.focused() == "laboratory_name"
    do.press("Tab", "Tab")
    for value, *_ in MEASURED.values():
        do.type(value, "Enter")
    do.save()
    row = Visit.objects.get(cycle_number=cycle)
    found = {each.analyte: each for each in row.laboratory.all()}
    assert {name: each.value for name, each in found.items()} == {k: Decimal(v[0]) for k, v in MEASURED.items()}
    assert all(each.upper_limit == Decimal(MEASURED[name][2]) for name, each in found.items())
    return do.seconds - before


def test_a_visit_of_20_laboratory_values_takes_45_seconds_and_a_later_one_40(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    with changes.record(None, "system", "the laboratory of the site"):
        versions_in_force.open_site(None, cast.north)
        laboratory = Laboratory.objects.create(site=cast.north, name="North, central laboratory")
        LaboratoryRange.objects.bulk_create(
            LaboratoryRange(laboratory=laboratory, from_on=DAY_1, analyte=analyte, unit=unit,
                            lower_limit=Decimal(lower), upper_limit=Decimal(upper))
            for analyte, (_, lower, upper, unit) in MEASURED.items()
        )  # fmt: skip
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    first, later = _visit_of_20_values(do, 1, "12jan2026"), _visit_of_20_values(do, 2, "9feb2026")
    print(f"\n| visit with 20 laboratory values, first / later | {first:.0f} s / {later:.0f} s | ≤ 45 / 40 s |")
    assert first <= 45 and later <= 40, (first, later)


def test_an_adverse_event_takes_6_clicks_and_30_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    do.click("a[aria-label='Add Adverse event']", opens=True)
    do.type("hand-foot", "")
    do.page.locator("#terms [data-term]").first.wait_for()
    do.press("Enter")
    assert do.focused() == "grade"
    do.type("2")
    do.type("4")
    do.type("2feb2026")
    do.press("Tab", "Tab")  # not resolved, not present at baseline
    do.type("n")
    assert do.focused() == "expectedness", "a related event of grade 2 needs a report when it was not expected"
    do.type("e")
    assert do.focused() == "action_taken", "an expected one does not: nothing more is asked of the report"
    do.type("n")
    do.type("not r")
    do.type("1", "")
    do.save()
    row = AdverseEvent.objects.get()
    assert (row.term, row.grade, row.attribution, str(row.onset_on)) == (
        "rash_hand_foot_skin_reaction", 2, 4, "02-FEB-2026")  # fmt: skip
    assert (row.seriousness, row.expectedness, row.action_taken) == ("no", "expected", "none")
    assert (row.outcome, row.cycle_number) == ("not_recovered", 1)
    _within("one adverse event", do, 6, 30)


def test_a_serious_event_takes_6_clicks_and_30_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    """The clock of its report asks for three answers more."""
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    do.click("a[aria-label='Add Adverse event']", opens=True)
    do.type("hypertension", "")
    do.page.locator("#terms [data-term]").first.wait_for()
    do.press("Enter")
    for typed in ("3", "4", "2feb2026"):
        do.type(typed)
    do.press("Tab", "Tab")
    for typed in ("h", "u", "y", "3feb2026", "1430", "dose h", "not r"):
        do.type(typed)
    do.type("1", "")
    do.save()
    row = AdverseEvent.objects.get()
    assert (row.seriousness, row.expectedness, row.hospital_stay) == ("hospitalisation", "unexpected", "yes")
    assert (str(row.aware_on), str(row.aware_time), row.action_taken) == ("2026-02-03", "14:30:00", "held")
    _within("a serious adverse event", do, 6, 30)
    for place in (f"/participants/NET-001/adverse_event/{row.pk}/", "/participants/NET-001/", "/expedited/", "/work/",
                  f"/participants/NET-001/adverse_event/{row.pk}/reports/new/", "/account/"):  # fmt: skip
        do.page.goto(f"{live_server_url}{place}")
        assert "overdue" in do.page.locator("main").inner_text().lower() or place == "/account/", place
        assert [each["id"] for each in Axe().run(do.page).response["violations"]] == [], place


def test_a_follow_up_of_8_lesions_takes_3_clicks_and_30_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    _baseline(cast)
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    do.click("a.btn:has-text('Week')", opens=True)
    assert do.focused() == "assessed_on"
    do.type("9mar2026")
    do.press("Tab", "Tab")  # method and slice thickness stay those of the baseline until changed
    do.type("nor")
    do.type("n")
    do.press("Tab", "Tab")  # no new lesion: not when, not where
    do.press("Tab")  # the investigator's response is not given; into the grid
    for millimetres in ("28", "27.5", "28", "28", "26"):
        do.type(millimetres, "Enter")
    do.press("p", "p", "p")
    do.page.locator("#response .response-PR").wait_for()
    do.save("Control+Enter")
    row = Assessment.objects.get(kind="follow_up")
    assert (row.assessed_on, row.marker, row.new_lesions) == (date(2026, 3, 9), "normal", "no")
    assert sorted(row.readings.values_list("longest_diameter_mm", "state"), key=str)[-3:] == [(None, "present")] * 3
    _within("follow-up, 5 measurements + 3 states", do, 3, 30)


def test_a_query_is_answered_with_a_correction_in_3_clicks_and_16_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    level = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 210, "value_missing": "", "unit": "ng/mL",
             "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip
    row = entries.save(Save(acknowledged={}), cast.participant, ENTRY_FORMS["hormone"], level)
    query = queries.raise_query(Save(cast.people[Role.MONITOR]), cast.participant, Where("hormone", row.pk, "value"),
                                "Please compare this value with the source.")  # fmt: skip
    do = _start(chromium, live_server_url, cast, "/work/")
    do.click("a:has-text('Please compare this value with the source.')", opens=True)
    assert do.focused() == "value"
    do.press("Control+a")
    do.type("120")
    do.type("e")
    assert do.focused() == "reason_words"
    do.save()
    row.refresh_from_db()
    query.refresh_from_db()
    assert (row.value, query.state) == (120, "answered")
    assert query.messages.last().words == "Corrected: Entry error"
    _within("answer a query with a correction", do, 3, 16)


def test_a_casebook_of_40_forms_is_signed_in_2_clicks_and_12_seconds_with_password_and_code(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    """The password's 21 keys, the code's 6 and the keys that follow them are counted as any others; looking up the code
    is not: the model knows no such act."""
    investigator = cast.people[Role.INVESTIGATOR]
    investigator.set_password(PASSWORD)
    investigator.save()
    device = TOTPDevice.objects.create(user=investigator, name="authenticator", confirmed=True)
    with changes.record(None, "system", "delegation of the test"):
        Delegation.objects.create(person=investigator, site=cast.north, from_on=DAY_1)
    _baseline(cast)
    for days in range(38):
        pressure = {"measured_on": DAY_1 + timedelta(days), "systolic_mmhg": 130, "systolic_mmhg_missing": "",
                    "diastolic_mmhg": 80, "diastolic_mmhg_missing": ""}  # fmt: skip
        entries.save(Save(), cast.participant, ENTRY_FORMS["blood_pressure"], pressure)
    assert len(signing.standing(cast.participant).items) == 40
    page = signed_in_page(chromium, live_server_url, investigator)
    page.goto(f"{live_server_url}/participants/NET-001/")
    do = Counted(page)
    do.click("a:has-text('Sign casebook')", opens=True)
    do.press("Enter")  # to the signature, below what is open and every value that is signed
    do.page.locator("[name=password]:focus").wait_for()
    do.type(PASSWORD)
    do.type(code_of(device.user), "")
    do.save("Enter")
    signature = Signature.objects.get()
    assert signature.signed_by == investigator
    assert signing.standing(cast.participant).state == "signed"
    _within("sign a casebook of 40 forms", do, 2, 12)


def test_nothing_is_answered_beforehand(chromium: Any, live_server_url: str, cast: Cast) -> None:
    """Every select that asks a question of a new form is empty; carried facts, usual units and the site stand there."""
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    do = _start(chromium, live_server_url, cast, "/participants/NET-001/")
    new = ("register/", "NET-001/assessments/new/", "NET-001/adverse_event/new/", "NET-001/follow_up/new/",
           "NET-001/visit/new/", "NET-001/death/new/")  # fmt: skip
    for place in new:
        do.page.goto(f"{live_server_url}/participants/{place}")
        answered = do.page.evaluate(
            "[...document.querySelectorAll('form[data-save] select, form[data-save] input[type=radio]')]"
            ".filter((f) => f.type === 'radio' ? f.checked : f.value !== '').map((f) => f.name)"
            ".filter((name) => !name.endsWith('-unit'))"
        )
        assert answered in ([], ["site"]), place
