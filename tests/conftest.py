"""What holds for every test of the tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings

from tests.cast import Cast, cast_of

# How long one made-up example takes on a busy machine says nothing about the code.
hypothesis.settings.register_profile("endpoint", deadline=None)
hypothesis.settings.load_profile("endpoint")


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast on a database of its own, that begins with it."""
    return cast_of()


@contextmanager
def keeps_files_in(folder: Path) -> Iterator[None]:
    """Meanwhile archives and the files of imports are kept there."""
    options = {**settings.KEPT_FILES["OPTIONS"], "location": str(folder)}
    with override_settings(STORAGES={**settings.STORAGES, "kept": {**settings.KEPT_FILES, "OPTIONS": options}}):
        yield
