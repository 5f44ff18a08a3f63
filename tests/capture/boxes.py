"""The boxes of a page that a person types numbers and dates into, read from its HTML."""

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
