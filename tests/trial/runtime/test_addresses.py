"""Addresses of the database: what stands after `?` is used, or refused in words; nothing is dropped in silence."""

import pytest

from trial.operations.backups.places import at
from trial.runtime import addresses

URL = "postgresql://endpoint_app:a%40b@db.example:6432/endpoint"


@pytest.mark.requirement("R64")
def test_the_driver_gets_the_options_of_the_address() -> None:
    row = addresses.from_url(f"{URL}?sslmode=verify-full&sslrootcert=/nonexistent")
    assert row["NAME"] == "endpoint" and row["PASSWORD"] == "a@b"
    words = addresses.driver_words(row)
    assert words["sslmode"] == "verify-full" and words["sslrootcert"] == "/nonexistent"
    assert words["host"] == "db.example" and words["port"] == "6432"


def test_pg_dump_and_pg_restore_get_them_too() -> None:
    environment = at(f"{URL}?sslmode=verify-full&sslrootcert=/certificate").environment
    assert environment["PGSSLMODE"] == "verify-full" and environment["PGSSLROOTCERT"] == "/certificate"


@pytest.mark.parametrize("query", ["sslmoode=require", "options=-csearch_path%3Dx", "sslmode="])
def test_an_option_that_cannot_be_used_is_refused_in_words(query: str) -> None:
    with pytest.raises(ValueError, match="has an option that cannot be used"):
        addresses.from_url(f"{URL}?{query}")
