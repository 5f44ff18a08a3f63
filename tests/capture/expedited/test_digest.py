"""The daily mail of expedited reports that are due: to whom, what it says, and above all what it does not say."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client, override_settings
from django.utils import timezone

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries
from capture.expedited import digest, reports
from capture.tasks import send_digest
from tests.cast import Cast, cast_of, register
from trial.accounts import administration
from trial.models import Change, Participant, Person, Role, operations
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate
from trial.runtime.mail import settings_of

LOCAL = "django.core.mail.backends.locmem.EmailBackend"


class Refusing(EmailBackend):
    """A mail server that takes nothing, and says so with the address in it."""

    def send_messages(self, messages: Any) -> int:
        """Never sends."""
        raise OSError(f"550 {messages[0].to}")


@pytest.fixture(autouse=True)
def outbox() -> Iterator[list[Any]]:
    """What would have left the machine."""
    with override_settings(EMAIL_BACKEND=LOCAL, MAIL_IS_SENT=True, PUBLIC_ADDRESS="https://trial.example"):
        mail.outbox = []
        yield mail.outbox


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, each with a mail address of their own, and one event with ten days for its report."""
    cast = cast_of()
    for person in (*cast.people.values(), *cast.elsewhere.values()):
        person.mail_address = f"{person.username}@hospital.example"
        person.save()
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    return cast


def _event(participant: Participant, days_ago: int, **changed: Any) -> Any:
    aware_on = timezone.now().date() - timedelta(days=days_ago)
    values = {
        "term": "diarrhea", "select": "", "other_words": "", "grade": 4, "grade_missing": "", "attribution": 4,
        "attribution_missing": "", "onset_on": PartialDate(2026, 2), "onset_on_missing": "", "resolved_on": None,
        "present_at_baseline": False, "seriousness": "life_threatening", "expectedness": "expected",
        "hospital_stay": "no", "aware_on": aware_on, "aware_time": None, "action_taken": "held",
        "outcome": "not_recovered", "cycle_number": 1, **changed,
    }  # fmt: skip
    return entries.save(Save(), participant, ENTRY_FORMS["adverse_event"], values)


def _to() -> list[str]:
    return sorted(each.to[0].partition("@")[0] for each in mail.outbox)


def test_nothing_is_sent_while_nothing_is_due(cast: Cast) -> None:
    event = _event(cast.participant, 3)
    sent_at = timezone.now()
    reports.save(Save(), event, {"kind": "complete", "sent_at": sent_at, "sent_by": "Nora", "reference": ""})
    assert send_digest() == 0 and mail.outbox == []
    assert operations.notes()["digest"].words == "nothing is due, no email sent"


def test_a_mail_goes_to_the_site_the_monitor_and_the_chair_and_to_nobody_else(cast: Cast) -> None:
    _event(cast.participant, 12)
    assert send_digest() == 4
    assert _to() == ["a_investigator", "a_monitor", "chris", "nora"]
    assert operations.notes()["digest"].words == "4 emails sent today" and operations.notes()["digest"].is_good


@pytest.mark.requirement("R69")
def test_a_mail_names_study_number_and_instant_and_nothing_of_the_person_or_the_event(cast: Cast) -> None:
    one = register(cast.people[Role.COORDINATOR], cast.north)
    _event(cast.participant, 12)
    _event(one, 3)
    _event(one, 0, term="allergy_immunology_other_specify", other_words="Zwiebelallergie Frau Q. R.", grade=3,
           seriousness="no", expectedness="", hospital_stay="", aware_on=None)  # fmt: skip
    send_digest()
    message = next(each for each in mail.outbox if each.to == ["nora@hospital.example"])
    due_on = date.today() + timedelta(days=7)
    assert message.subject == "Expedited reports: 1 overdue, 1 due, 1 awaiting an answer"
    assert "NET-001 (NORTH): complete report, overdue by 1 day" in message.body
    assert f"NET-002 (NORTH): complete report, due by the end of {due_on:%d-%b-%Y}".upper() in message.body.upper()
    assert "NET-002 (NORTH): answer needed, a report may be due" in message.body
    assert "https://trial.example/expedited/" in message.body
    whole = f"{message.subject}\n{message.body}\n{message.message()}".lower()
    for word in ("diarrh", "zwiebel", "frau", "allergy", "immunology", "grade", "life", "serious", "unexpected",
                 "related", "1950", "mar-1950", "carcinoid", "female", "held", "dose", "sorafenib"):  # fmt: skip
        assert word not in whole, word


def test_a_person_gets_one_mail_a_day(cast: Cast) -> None:
    _event(cast.participant, 12)
    before = Change.objects.count()
    assert (send_digest(), send_digest()) == (4, 0) and len(mail.outbox) == 4
    assert digest.send(timezone.now() + timedelta(days=1))[digest.SENT] == 4
    assert Change.objects.count() == before, "a mail is no change of the record"


@pytest.mark.requirement("R69")
def test_a_mail_that_cannot_be_sent_is_said_on_the_status_page_and_tried_again(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    _event(cast.participant, 12)
    with override_settings(EMAIL_BACKEND=f"{__name__}.Refusing"):
        assert send_digest() == 0
    note = operations.notes()["digest"]
    assert not note.is_good and note.words == "4 emails failed and will be sent again within the hour"
    assert "hospital.example" not in caplog.text
    client = Client()
    client.force_login(cast.people[Role.ADMINISTRATOR], backend="django.contrib.auth.backends.ModelBackend")
    assert "emails failed and will be sent again" in client.get("/status/").content.decode()
    assert send_digest() == 4 and operations.notes()["digest"].is_good


def test_who_has_no_address_is_counted_and_who_left_is_not_written_to(cast: Cast) -> None:
    _event(cast.participant, 12)
    Person.objects.filter(username="nora").update(mail_address="")
    Person.objects.filter(username="chris").update(is_active=False)
    assert send_digest() == 2 and _to() == ["a_investigator", "a_monitor"]
    assert operations.notes()["digest"].words == "2 emails sent today; 1 users with reports due have no email address"


def test_a_person_sets_the_own_address_and_the_administrator_that_of_an_account(cast: Cast) -> None:
    nora, adam = cast.people[Role.COORDINATOR], cast.people[Role.ADMINISTRATOR]
    client = Client()
    client.force_login(nora, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/account/mail/", {"mail_address": "nora.lind@hospital.example"})
    assert Person.objects.get(pk=nora.pk).mail_address == "nora.lind@hospital.example"
    page = client.post("/account/mail/", {"mail_address": "no address"}, follow=True).content.decode()
    assert "This is not an email address" in page and "nora.lind@hospital.example" in page
    administration.change(Save(adam), nora, "Nora", Role.COORDINATOR, [cast.north], "Married")
    assert Person.objects.get(pk=nora.pk).mail_address == "nora.lind@hospital.example"
    administration.change(Save(adam), nora, "Nora", Role.COORDINATOR, [cast.north], "Moved", "nora@elsewhere.example")
    assert Person.objects.get(pk=nora.pk).mail_address == "nora@elsewhere.example"


def test_the_mail_server_is_named_by_one_address() -> None:
    found = settings_of("smtp://end%40point:s%3Acret@mail.example", None)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("end@point", "s:cret")
    assert settings_of("smtps://mail.example", None)["EMAIL_USE_SSL"] is True
    assert settings_of("", None)["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    with pytest.raises(ValueError, match="A mail server reads"):
        settings_of("mail.example:25", None)
