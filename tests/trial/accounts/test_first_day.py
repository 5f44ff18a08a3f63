"""A new user finds a beginning, and practices in an installation that knows nothing of the study's database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse

import run
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial.accounts.first_steps import STEPS
from trial.models import Role

HERE = Path(__file__).resolve().parents[3]
OF_THE_STUDY = {
    "DATABASE_URL": "postgresql://study", "DATABASE_OWNER_URL_FILE": "/secrets/owner", "CELERY_BROKER_URL": "redis://q",
    "ENDPOINT_ENV": "production", "ENDPOINT_SOCKET_DIRECTORY": "/run/study", "ENDPOINT_DATABASE_NAME": "study",
    "ENDPOINT_MAIL_URL": "smtps://mail", "ENDPOINT_FILES": "/files", "ENDPOINT_DEMO": "no", "PGHOST": "study",
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_beginning_whose_pages_open(cast: Cast, role: Role) -> None:
    client = signed_in(cast.people[role])
    page = client.get("/start/").content.decode()
    assert len(STEPS[role]) >= 3
    for step in STEPS[role]:
        assert f'<a href="{reverse(step.page)}">{step.title}</a>' in page
        assert client.get(reverse(step.page)).status_code == 200, step.page
    assert 'href="/start/"' in client.get("/account/").content.decode(), "it is reached from every page"


def test_who_never_saved_anything_is_led_to_the_beginning_from_my_work(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    assert 'None so far. <a href="/start/">Start here</a>' in signed_in(ines).get("/work/").content.decode()


def test_the_page_says_where_to_practice_and_that_the_study_is_no_place_for_it(cast: Cast) -> None:
    client = signed_in(cast.people[Role.COORDINATOR])
    assert "Everything entered here is study data." in client.get("/start/").content.decode()
    with override_settings(PRACTICE_ADDRESS="https://practice.example/"):
        page = client.get("/start/").content.decode()
    assert '<a href="https://practice.example/">open the practice installation</a>' in page
    own = "It opens only on the computer that it was started on."
    assert own not in page and "No practice installation is set up." in client.get("/start/").content.decode()
    with override_settings(PRACTICE_ADDRESS="http://127.0.0.1:8001"):
        assert own in client.get("/start/").content.decode()
    assert " · practice</span>" not in client.get("/work/").content.decode()
    with override_settings(PRACTICE=True):
        assert "This is the practice installation." in client.get("/start/").content.decode()
        assert '<span class="brand-name">Endpoint · practice</span>' in client.get("/work/").content.decode()


def test_the_practice_installation_has_its_own_folder_and_knows_of_no_other_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = {"HOME": "/home/nora", "ENDPOINT_DATA": str(tmp_path / "study"), **OF_THE_STUDY}
    monkeypatch.setattr(os, "environ", environment)
    run.practice()
    assert environment == {"HOME": "/home/nora", "ENDPOINT_PRACTICE": "on", "ENDPOINT_PORT": "8001",
                           "ENDPOINT_DATA": f"{tmp_path / 'study'}-practice"}  # fmt: skip



def _cookies(**environment: str) -> set[str]:
    """Names of the cookies that an installation sets, whatever its port."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    asked = ("import django; from django.conf import settings as s; django.setup();"
             "from django.contrib.messages import storage; from trial.accounts.security import kept_forms as k;"
             "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, k.COOKIE, 'messages' * ('Fall' in s.MESSAGE_STORAGE))")
    done = subprocess.run([sys.executable, "-c", asked], cwd=HERE, capture_output=True, text=True, check=True,
                          env=kept | {"DJANGO_SETTINGS_MODULE": "trial.settings"} | environment)  # fmt: skip
    return set(done.stdout.split())


def test_practice_on_the_same_machine_overwrites_no_cookie_of_the_study(tmp_path: Path) -> None:
    study = _cookies(ENDPOINT_DATA=str(tmp_path / "study"))
    practice = _cookies(ENDPOINT_DATA=str(tmp_path / "practice"), ENDPOINT_PRACTICE="on")
    assert len(study) == 4 and len(practice) == 3 and not study & practice


@pytest.mark.parametrize("also", [{"DATABASE_URL": "postgresql://e:f@127.0.0.1/study"}, {"ENDPOINT_ENV": "production",
    "ENDPOINT_HOSTS": "x", "ENDPOINT_SECRET_KEY": "k" * 60}])  # fmt: skip
def test_nobody_practices_on_a_database_that_was_named_or_in_production(also: dict[str, str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run([sys.executable, "-c", "import trial.settings"], cwd=HERE, capture_output=True, text=True,
                          env=kept | {"ENDPOINT_PRACTICE": "on"} | also, check=False)  # fmt: skip
    assert done.returncode != 0 and "ENDPOINT_PRACTICE is set by run.py practice alone." in done.stderr
