"""The boxes of a page that a person types numbers and dates into, and what Enter presses there, from its HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

NUMBERS = ("decimal", "numeric", "text")  # text: of a number that may begin with < or >


@dataclass
class Boxes:
    """Names of the boxes for numbers and for dates, and every type of input on the page."""

    numbers: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.boxes = Boxes()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag != "input":
            return
        self.boxes.types.add(given.get("type", "text"))
        if given.get("inputmode") in NUMBERS:
            self.boxes.numbers.append(given["name"])
        elif "data-date" in given:
            self.boxes.dates.append(given["name"])


def boxes_of(page: str) -> Boxes:
    """The boxes of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.boxes


class _Forms(HTMLParser):
    """Per form: whether a line can be typed into it, and the attributes of its buttons that submit, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[bool, list[dict[str, Any]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag == "form":
            self.found.append((False, []))
        elif self.found and tag == "button" and given.get("type", "submit") == "submit":
            self.found[-1][1].append(given)
        elif self.found and tag == "input" and given.get("type", "text") in ("text", "password", "search", "email"):
            self.found[-1] = (True, self.found[-1][1])


def pressed_by_enter(page: str) -> list[dict[str, Any]]:
    """The button that Enter in a line of each form presses, where the form has several: its first."""
    reader = _Forms()
    reader.feed(page)
    return [buttons[0] for is_typed, buttons in reader.found if is_typed and len(buttons) > 1]
