"""What holds for every test of the tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
from django.conf import settings
from django.test import override_settings

# How long one made-up example takes on a busy machine says nothing about the code.
hypothesis.settings.register_profile("endpoint", deadline=None)
hypothesis.settings.load_profile("endpoint")


@contextmanager
def keeps_files_in(folder: Path) -> Iterator[None]:
    """Meanwhile archives and the files of imports are kept there."""
    options = {**settings.KEPT_FILES["OPTIONS"], "location": str(folder)}
    with override_settings(STORAGES={**settings.STORAGES, "kept": {**settings.KEPT_FILES, "OPTIONS": options}}):
        yield
