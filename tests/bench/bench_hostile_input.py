"""Ten thousand hostile posts to every form of the record.

    python -m pytest -q -s -n 0 tests/bench/bench_hostile_input.py

Slow, so it is no part of the ordinary suite, which posts a few hundred.
"""

import os

import pytest

from tests.capture import hostile
from tests.cast import cast_of


@pytest.mark.timeout(3600)
def test_ten_thousand_hostile_posts_find_no_error_and_no_stored_nonsense(database: object) -> None:
    cast = cast_of()
    hostile.prepare(cast)
    posts, seed = int(os.environ.get("ENDPOINT_POSTS", "10000")), int(os.environ.get("ENDPOINT_SEED", "1"))
    found = hostile.campaign(cast, posts, seed)
    print(f"\n{posts} posts, seed {seed}: {dict(found.answers)}, {found.stored} stored and looked at")
    assert found.faults == [], found.faults[:20]
