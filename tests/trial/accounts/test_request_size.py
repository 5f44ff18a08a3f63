"""What is larger than its page takes is answered before it is read."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse

from tests.capture.typed import signed_in
from tests.cast import cast_of
from tests.security.addresses import every_url
from trial.accounts.request_size import LARGEST_REQUEST
from trial.models import Role


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The uploads that were begun to be kept on disk."""
    found: list[Any] = []
    new_file = TemporaryFileUploadHandler.new_file
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file",
                        lambda self, *words, **more: (found.append(words), new_file(self, *words, **more)))  # fmt: skip
    return found


def _large(client: Client, path: str, size: int) -> Any:
    return client.post(path, {"files": SimpleUploadedFile("x.csv", b"x" * size), "source": "x"})


@pytest.mark.requirement("R08")
def test_somebody_who_is_not_signed_in_sends_no_files(database: str, kept: list[Any]) -> None:
    for path in ("/sign-in/", "/nowhere/", _address_of_the_import()):
        answer = _large(Client(), path, LARGEST_REQUEST + 1)
        assert answer.status_code == 413 and "larger than 2.5 MB" in answer.content.decode()
    assert kept == []


def test_files_are_taken_where_files_are_asked_for_and_nowhere_else(database: str, kept: list[Any]) -> None:
    stella = signed_in(cast_of().people[Role.STATISTICIAN])
    assert _large(stella, "/work/", LARGEST_REQUEST + 1).status_code == 413
    assert kept == []
    assert _large(stella, _address_of_the_import(), 2 * LARGEST_REQUEST).status_code == 302  # read by a job
    assert len(kept) == 1


UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
LIMIT = r"client_max_body_size (\d+)([kmg]);"


def test_the_proxy_of_the_documents_lets_through_what_each_page_takes() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "nginx.conf").read_text(encoding="utf-8")
    size = {place: int(most) * UNITS[unit] for place, most, unit in
            re.findall(r"location = (\S+) \{[^}]*?" + LIMIT, text)}  # fmt: skip
    most, unit = re.findall(r"(?m)^    " + LIMIT, text)[0]
    elsewhere = int(most) * UNITS[unit]
    taken = {f"/{route}": getattr(each.callback, "largest_request", LARGEST_REQUEST) for route, each in every_url()}
    assert {page for page, largest in taken.items() if largest > elsewhere} == size.keys()
    assert [page for page, largest in taken.items() if largest > size.get(page, elsewhere)] == []


def _address_of_the_import() -> str:
    return reverse("capture:rehearse")
