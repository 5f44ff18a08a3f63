"""What holds for every test of the tree."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import override_settings

from tests.cast import Cast, cast_of

# How long one made-up example takes on a busy machine says nothing about the code.
hypothesis.settings.register_profile("endpoint", deadline=None)
hypothesis.settings.load_profile("endpoint")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `long` begin the share of a worker each, so that none is begun when the others are through."""
    first = [each for each in items if each.get_closest_marker("long")]
    others = [each for each in items if not each.get_closest_marker("long")]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [each for turn in range(workers) for each in first[turn::workers] + _share(others, turn, workers)]


def _share(items: list[pytest.Item], turn: int, of: int) -> list[pytest.Item]:
    return items[len(items) * turn // of : len(items) * (turn + 1) // of]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


# The algorithm is that of the product, with little memory: tests do not wait for what is to slow an attacker down.
Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.time_cost, Argon2PasswordHasher.parallelism = 8, 1, 1


@pytest.fixture(autouse=True)
def leaves_the_environment_as_it_was() -> Iterator[None]:
    """A variable that one test leaves behind changes what the next ones of its worker start."""
    before = dict(os.environ)
    yield
    left = {name for name in before.keys() | os.environ.keys() if before.get(name) != os.environ.get(name)}
    left -= {"PYTEST_CURRENT_TEST"}
    for name in left:
        os.environ.pop(name) if name not in before else os.environ.update({name: before[name]})
    assert not left, f"the test left these changed in the environment: {sorted(left)}"


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
