"""A person who is perhaps registered already is asked about, and the monitor decides; no site learns of another's."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from capture.casebook.checks import SecondLook
from capture.casebook.forms.registration import RegistrationForm
from capture.demo.accounts import SITES
from capture.demo.background import AGAIN, PERSON
from capture.demo.story import story
from capture.entry import edit_conflict, same_person
from capture.entry.services import corrections, registration
from tests.cast import Cast, answers, details
from trial.models import Participant, Query, Role
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

pytestmark = pytest.mark.requirement("R51")
ON = date(2026, 1, 8)
SAID = {"REG-05": "Another person: names compared."}
OTHER_BIRTH = PartialDate(1961, 7, 8)


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _typed(cast: Cast, person: Any, site: Any) -> dict[str, str]:
    """What a browser sends to register the very same person once more."""
    form = RegistrationForm(person, None)
    given = details() | {"registered_on": ON, "measured_on": date(2026, 1, 5), "site": site.pk}
    for item, answer in answers().items():
        given |= {f"met_{item}": "yes", f"value_{item}": answer.value}
    form.initial = given
    return {name: value for name, value in edit_conflict.values([form]).items() if value}


@pytest.mark.parametrize(("site", "words"), [("north", "At this site: NET-001."), ("south", "At another site.")])
def test_registering_somebody_again_asks_and_leaves_the_decision_to_the_monitor(
    cast: Cast, site: str, words: str
) -> None:
    of = getattr(cast, site)
    person = (cast.people if site == "north" else cast.elsewhere)[Role.COORDINATOR]
    client, typed = _as(person), _typed(cast, person, of)
    asked = client.post("/participants/register/", typed)
    shown = asked.content.decode()
    assert asked.status_code == 422 and words in shown and Participant.objects.count() == 1
    assert site == "north" or not {"NORTH", "NET-001"} & set(shown.replace("<", " ").replace(".", " ").split())
    answer = client.post("/participants/register/", typed | {"acknowledge_REG-05": SAID["REG-05"]})
    assert answer.status_code == 302, answer.content.decode()
    made = Participant.objects.get(number="NET-002")
    query = Query.objects.get(participant=made)
    assert (query.state, query.assigned_role) == ("answered", Role.MONITOR) and query.finding.endswith(words)
    pages = {role: _as(cast.people[role]).get(f"/queries/{query.pk}/").content.decode()
             for role in (Role.MONITOR, Role.CHAIR)}  # fmt: skip
    assert all("NET-001 (NORTH)" in page and SAID["REG-05"] in page for page in pages.values())
    assert "(NORTH)" not in client.get(f"/queries/{query.pk}/").content.decode()


def test_an_import_and_a_correction_ask_the_same(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    # Without anybody in front of it, as an import.
    made = registration.screen_and_register(Save(nora), cast.north, details(), answers(), ON)
    query = Query.objects.get(participant=made)
    assert (query.state, query.check_id, query.assigned_role) == ("open", "REG-05", Role.MONITOR)
    other = registration.screen_and_register(Save(nora), cast.north, details(born_on=OTHER_BIRTH), answers(), ON)
    corrects = Save(nora, reason="Entry error", acknowledged={})
    with pytest.raises(SecondLook, match="same date of birth, sex and tumor type"):
        corrections.correct_participant(corrects, other, {"born_on": PartialDate(1950, 3, None)})
    # Corrected away again, the query closes by itself.
    corrections.correct_participant(corrects, made, {"born_on": PartialDate(1949, 1, 1)})
    query.refresh_from_db()
    assert query.state == "closed"


@pytest.mark.parametrize("way", ["screen_and_register", "register", "correct"])
def test_the_second_of_two_registrations_at_one_instant_is_asked_in_the_same_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    nora, alike = cast.people[Role.COORDINATOR], details(born_on=OTHER_BIRTH)
    asks = Save(nora, reason="Entry error", acknowledged={})
    screened = registration.screen(Save(nora), cast.north, alike, answers())
    registration.record_finding(Save(nora), cast.participant, "in_error", date(2026, 1, 9), "Entered twice")
    if way != "register":
        corrections.correct_participant(asks, screened, {"sex": "male"})
    other = registration.screen_and_register(Save(nora), cast.north, details(), answers(), ON)
    record, first = changes.record, [details(born_on=OTHER_BIRTH)]

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        """The other registration takes the writers' lock between the checks and the lock of this one."""
        if first:
            registration.screen_and_register(Save(nora), cast.north, first.pop(), answers(), ON)
        return record(*args, **kwargs)

    monkeypatch.setattr(changes, "record", overtaken)
    acts = {
        "screen_and_register": lambda: registration.screen_and_register(asks, cast.north, alike, answers(), ON),
        "register": lambda: registration.register(asks, screened, ON),
        "correct": lambda: corrections.correct_participant(asks, other, {"born_on": OTHER_BIRTH}),
    }
    with pytest.raises(SecondLook, match="same date of birth, sex and tumor type. At this site: NET-003."):
        acts[way]()
    assert Participant.objects.filter(number__isnull=False).count() == 3


@pytest.mark.parametrize(("changed", "found"), [
    ({"born_on": PartialDate(1950, 3, None)}, 1), ({"born_on": PartialDate(1950, None, None)}, 1),
    ({"born_on": PartialDate(1950, 4, None)}, 0), ({"sex": "male"}, 0), ({"born_on": None}, 0),
    ({"tumour_type": "insulinoma"}, 0),
])  # fmt: skip
def test_partial_dates_agree_when_they_can_be_one_day(cast: Cast, changed: dict[str, Any], found: int) -> None:
    assert len(same_person.of(details(**changed))) == found
    assert same_person.of(details(**changed), cast.participant) == []


def test_who_is_registered_in_error_is_compared_with_nobody(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    registration.record_finding(Save(nora), cast.participant, "in_error", date(2026, 1, 9), "Entered twice")
    assert same_person.of(details()) == []


@pytest.mark.parametrize("today", [date(2026, 11, 30), date(2026, 7, 1), date(2027, 3, 3)], ids=str)
def test_two_participants_of_the_demo_agree_and_no_others(today: date) -> None:
    steps = {key: step.values["details"] for key, step in story(today, tuple(code for code, _ in SITES))
             if step.kind in ("registration", "screening")}  # fmt: skip
    told = {key: (each["sex"], each["tumour_type"], each["born_on"].stored())
            for key, each in steps.items() if each["born_on"]}  # fmt: skip
    alike = {(one, other) for one, first in told.items() for other, second in told.items()
             if one != other and first[:2] == second[:2] and second[2].startswith(first[2])}  # fmt: skip
    assert alike == {(PERSON, AGAIN), (AGAIN, PERSON)}
