"""A program that uses the API, with a token as an administrator allows it and its owner creates its secret."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from tests.cast import Cast
from trial.accounts import api_tokens
from trial.api.scopes import SCOPES, of_role
from trial.models import ApiToken, Person, Role, Site
from trial.record.save import Save


def allowed(cast: Cast, person: Person, *scopes: str, site: Site | None = None, days: int = 30) -> ApiToken:
    """A token that an administrator allowed; no scope named: all that the role can be given."""
    listed = scopes or [name for name, _ in of_role(person.role) if site is None or not SCOPES[name].is_of_all_sites]
    last = datetime.now(UTC).date() + timedelta(days=days)
    save = Save(cast.people[Role.ADMINISTRATOR])
    return api_tokens.make(save, person, "warehouse", listed, site, last, "for the data warehouse")


class Program(Client):
    """Calls `/api/v1/` with the secret of a token; empty: without one."""

    def __init__(self, secret: str, **more: Any) -> None:
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        self.secret = secret
        super().__init__(raise_request_exception=False, headers=headers, **more)

    def read(self, path: str, **asked: Any) -> Any:
        """GET; the answer."""
        return self.get(f"/api/v1/{path}", asked)

    def body(self, path: str, **asked: Any) -> Any:
        """GET of what is there; the JSON."""
        answer = self.read(path, **asked)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def write(self, path: str, content: Any, **headers: str) -> Any:
        """POST of JSON; the answer."""
        return self.post(f"/api/v1/{path}", content, content_type="application/json", headers=headers)


def program_of(cast: Cast, role: str, *scopes: str, **more: Any) -> Program:
    """The program of the person of the cast."""
    return program_for(cast, cast.people[role], *scopes, **more)


def program_for(cast: Cast, person: Person, *scopes: str, **more: Any) -> Program:
    """The program of a person."""
    return Program(api_tokens.create_secret(Save(person), allowed(cast, person, *scopes, **more)))
