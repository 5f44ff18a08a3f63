"""Strange values by the hundred thousand, posted to every page by somebody who may open it: no answer may be 500.

    .venv/bin/python -m tests.security [--posts 100000] [--seed 1] [--from-block 0]

Blocks of 2,000 posts, each on a fresh database: a block is the same for the same seed, whatever ran before it, so that
what was interrupted goes on with --from-block. Every fifth post is also asked as GET. Prints a line a block: what was
asked and answered, and posts a second of processor time of this process (PostgreSQL apart). Status 1: something broke.
"""

import argparse
import logging
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests import plugin_postgres

BLOCK, GET_EVERY, MOST_NAMES, UNREADABLE_SHARE = 2_000, 5, 4, 0.1


def questions(seed: int, block: int, pages: list[Any], names: list[str]) -> Iterator[tuple[Any, str]]:
    """(client and page, what is sent) of each post of a block: every page about as often, some names, any values."""
    from tests.security.test_every_url import STRANGE, UNREADABLE

    chance = random.Random(f"{seed} {block}")
    for number in range(BLOCK):
        if number % len(pages) == 0:
            chance.shuffle(pages)
        values = UNREADABLE if chance.random() < UNREADABLE_SHARE else STRANGE
        chosen = chance.sample(names, chance.randint(1, MOST_NAMES))
        yield pages[number % len(pages)], "&".join(f"{name}={chance.choice(values)}" for name in chosen)


def ask(seed: int, block: int, told: Counter[str]) -> list[str]:
    """Asks a block; what broke, in words."""
    from tests.cast import cast_of
    from tests.security import test_every_url as urls

    pages, broken = list(urls.pages_for(cast_of())), []
    for number, ((client, page), sent) in enumerate(questions(seed, block, pages, urls.parameters())):
        answers = [("POST", client.post(page, sent, content_type=urls.FORM))]
        answers += [("GET", client.get(f"{page}?{sent}"))] if number % GET_EVERY == 0 else []
        for method, answer in answers:
            answer.close()
            told[method] += 1
            if answer.headers.get("Location", "").startswith(urls.STEPS) and client.person is not None:
                told["signed in anew"] += 1
                client.force_login(client.person, backend=urls.BACKEND)
            told[str(answer.status_code)] += 1
            unread = any(value in sent for value in urls.UNREADABLE)
            if answer.status_code >= 500 or (unread and answer.status_code not in (400, 405)):
                broken.append(f"{answer.status_code}  {method} {page}  {sent}  (seed {seed}, block {block})")
    return broken


def main() -> int:
    """0 when nothing broke."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--posts", 100_000), ("--seed", 1), ("--from-block", 0)):
        words.add_argument(name, type=int, default=default)
    asked = words.parse_args()
    plugin_postgres.pytest_load_initial_conftests()
    logging.disable(logging.CRITICAL)
    broken: list[str] = []
    told: Counter[str] = Counter()
    began = time.process_time()
    try:
        plugin_postgres.migrated()
        for block in range(asked.from_block, -(-asked.posts // BLOCK)):
            with plugin_postgres.another_database(plugin_postgres.addresses.DATABASE):
                found = ask(asked.seed, block, told)
            broken += found
            print("\n".join([*found, f"block {block}: {told['POST']} posts, {told['GET']} gets, {len(broken)} broke; "
                             f"{told['POST'] / (time.process_time() - began):.0f} posts a second of processor time; "
                             f"{dict(sorted(told.items()))}"]), flush=True)  # fmt: skip
    finally:
        plugin_postgres.pytest_unconfigure()
    return 1 if broken else 0


if __name__ == "__main__":
    os.environ.pop("PYTEST_XDIST_WORKER", None)
    sys.exit(main())
