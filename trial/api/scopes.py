"""What a token can be allowed, and which roles can be given it: never more than their pages."""

from dataclasses import dataclass

from trial.models import Role
from trial.record import access


@dataclass(frozen=True)
class Scope:
    """One right of a token. roles: who reads or does the same on pages; is_noted: each call is in the access log.

    is_of_all_sites: what it opens is of all sites together, so no token of one site has it.
    """

    words: str
    roles: tuple[Role, ...]
    is_noted: bool = True
    is_of_all_sites: bool = False


SCOPES: dict[str, Scope] = {
    "metadata:read": Scope("Read study, sites and forms", access.READS_RECORD, is_noted=False),
    "record:read": Scope("Read participants, entries and their history", access.READS_RECORD),
    "trail:read": Scope("Read the list of changes", access.READS_TRAIL),
    "queries:read": Scope("Read queries", access.READS_RECORD),
    "queries:write": Scope("Raise, answer and close queries", (*access.ENTERS, Role.MONITOR)),
    "results:read": Scope("Read results and data cuts", access.READS_RESULTS, is_of_all_sites=True),
    "exports:run": Scope("Export all study data", access.EXCHANGES, is_of_all_sites=True),
    "imports:rehearse": Scope("Preview imports", access.EXCHANGES, is_of_all_sites=True),
}


def of_role(role: str) -> list[tuple[str, str]]:
    """(scope, words) of each that the role can be given."""
    return [(name, f"{scope.words} ({name})") for name, scope in SCOPES.items() if role in scope.roles]
