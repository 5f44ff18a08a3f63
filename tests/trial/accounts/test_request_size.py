"""What is larger than its page takes is answered before it is read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse

from tests.capture.typed import signed_in
from tests.cast import cast_of
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
    assert _large(stella, _address_of_the_import(), 2 * LARGEST_REQUEST).status_code == 422
    assert len(kept) == 1


def _address_of_the_import() -> str:
    return reverse("capture:rehearse")
