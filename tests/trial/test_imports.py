"""An import: many Changes in one transaction, each sealed in turn, all of them or none."""

import threading

import pytest
from django.db import DatabaseError, connection

from tests.cast import Cast, answers, details
from trial.audit import verify
from trial.models import Change, Participant, Role, Site
from trial.models.audit import Version
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.runtime.worker import messages


def test_the_changes_of_an_import_are_sealed_in_turn_and_stand_together(cast: Cast) -> None:
    before = Change.objects.count()
    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files of the old system")) as run:
        for code in ("E", "W"):
            with run.change():
                Site.objects.create(code=code, name=code)
    made = Change.objects.order_by("id")[before:]
    assert [(each.act, each.person, each.reason) for each in made] == [
        ("import", cast.people[Role.STATISTICIAN], "files of the old system")
    ] * 2
    assert made[0].seal == made[1].previous_seal and made[0].seal != made[1].seal
    assert verify.verify(connection).first_break is None


@pytest.mark.requirement("R20")
def test_a_failure_in_the_last_change_undoes_the_first(cast: Cast) -> None:
    before = Change.objects.count()
    with pytest.raises(ZeroDivisionError), changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run:
        with run.change():
            Site.objects.create(code="E", name="E")
        with run.change():
            raise ZeroDivisionError
    assert Change.objects.count() == before and not Site.objects.filter(code="E").exists()


def test_a_rehearsal_leaves_no_trace(cast: Cast) -> None:
    versions = Version.objects.count()
    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run:
        with run.change():
            Site.objects.create(code="E", name="E")
        run.undo()
    assert Version.objects.count() == versions
    with changes.record(None, "system"):
        Site.objects.create(code="F", name="F")
    assert verify.verify(connection).first_break is None


def test_what_services_record_joins_the_open_change(cast: Cast) -> None:
    from capture.entry.services import registration

    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run:
        with run.change(site=cast.north):
            made = registration.screen(run.save(), cast.north, details(tumour_type="insulinoma"), answers())
            registration.register(run.save(), made, details()["consented_on"])  # type: ignore[arg-type]
    newest = Change.objects.latest("id")
    assert (newest.act, newest.participant, newest.groups, newest.site) == ("import", made, ["B"], cast.north)
    assert {each.table_name for each in newest.versions.all()} == {"trial_participant", "trial_eligibilityanswer"}
    assert Participant.objects.get(pk=made.pk).number == "NET-002"


def test_a_service_that_fails_keeps_nothing_while_the_change_goes_on(cast: Cast) -> None:
    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run, run.change():
        Site.objects.create(code="E", name="E")
        with pytest.raises(ZeroDivisionError), changes.record(run.save(), "enter"):
            Site.objects.create(code="W", name="W")
            raise ZeroDivisionError
    assert set(Site.objects.values_list("code", flat=True)) == {"E", "NORTH", "SOUTH"}


@pytest.mark.requirement("R28")
def test_an_import_speaks_for_nobody_else(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="in the name of"):
        with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run, run.change():
            with changes.record(Save(cast.people[Role.COORDINATOR], run=run), "enter"):
                pass


def test_writing_between_two_changes_of_an_import_is_refused(cast: Cast) -> None:
    with (
        pytest.raises(DatabaseError, match="sealed"),
        changes.importing(Save(cast.people[Role.STATISTICIAN], "x")) as run,
    ):
        with run.change():
            Site.objects.create(code="E", name="E")
        Site.objects.create(code="W", name="W")
    with pytest.raises(RuntimeError, match="inside"), changes.importing(Save(cast.people[Role.STATISTICIAN], "files")):
        with changes.record(None, "system"):
            pass


@pytest.mark.requirement("R22", "R28")
def test_an_import_says_where_it_comes_from(cast: Cast) -> None:
    with (
        pytest.raises(Refused, match="Enter the source of the import"),
        changes.importing(Save(cast.people[Role.STATISTICIAN], " ")),
    ):
        pass


def test_nobody_else_writes_while_an_import_runs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "LOCK_TIMEOUT_SECONDS", 1)
    said: list[str] = []

    def save() -> None:
        try:
            with changes.record(None, "system"):
                Site.objects.create(code="W", name="W")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")):
        other = threading.Thread(target=save)
        other.start()
        other.join()
    assert said == ["Nothing was saved because another user was saving. Save again."]


def test_an_import_wakes_the_groups_it_touched_once_it_stands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from capture.entry.services import registration

    woken: list[str] = []
    monkeypatch.setattr(messages, "send", lambda task, *args: woken.extend(args))
    with changes.importing(Save(cast.people[Role.STATISTICIAN], "files")) as run:
        for tumour_type in ("insulinoma", "recurrent_gi_carcinoid"):
            with run.change(site=cast.north):
                registration.screen(run.save(), cast.north, details(tumour_type=tumour_type), answers())
        assert woken == []
    assert woken == ["A", "B"]
