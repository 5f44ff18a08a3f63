"""What a browser would send: the fields of a page as it stands, read from its HTML."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from trial.models import Person

OWN = "to the page itself"


class _Fields(HTMLParser):
    """Successful controls of the form marked data-save, or of the one sent to `action`, as a browser submits them."""

    def __init__(self, action: str = "") -> None:
        super().__init__()
        self._action = action
        self.fields: dict[str, str] = {}
        self._select: str | None = None
        self._textarea: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = {name: "" if value is None else value for name, value in attrs}
        if tag == "form":
            sends = self._action in given.get("action", "") if self._action != OWN else "action" not in given
            self._inside = (sends and given.get("method") == "post") if self._action else "data-save" in given
        if not self._inside:
            return
        if tag == "input" and given.get("name"):
            chooses = given.get("type") in ("radio", "checkbox")
            if not chooses or "checked" in given:
                self.fields[given["name"]] = given.get("value", "on" if chooses else "")
        elif tag == "select":
            self._select = given["name"]
            self.fields.setdefault(given["name"], "")
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._textarea = given["name"]
            self.fields[self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] += data.lstrip("\r\n")


def fields(page: str, action: str = "") -> dict[str, str]:
    """Name → value of every field in the page's form to save, as it stands; or of the form sent to `action`."""
    reader = _Fields(action)
    reader.feed(page)
    return reader.fields


def opened(client: Client, address: str) -> dict[str, str]:
    """The fields of a page that opens."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return fields(answer.content.decode())


def shown_at(client: Client, address: str) -> dict[str, str]:
    """What the page says of the Change that it shows: all that a test sends of it beside what it types itself."""
    return {"opened_at": opened(client, address)["opened_at"]}


def signed_in(person: Person) -> Client:
    """A browser with a session of the person."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
