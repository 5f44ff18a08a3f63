"""XML written piece by piece: memory does not grow with the file, and the same pieces give the same bytes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from trial.rules.xml_text import held

_PLAIN = re.compile(r"""[ !#-%'-;=?-~]*""").fullmatch  # ASCII but for what an attribute writes otherwise


class XmlWriter:
    """Elements in the order in which they are asked for.

    Attributes are named as in the file, with an underscore for the colon of a prefix (`ep_Seal`); None leaves one out.
    Line ends are written as numbers: a reader turns raw ones into others.
    """

    namespace, version, is_2 = "http://www.cdisc.org/ns/odm/v1.3", "1.3.2", False

    def __init__(self, file: TextIO) -> None:
        self._write = file.write
        self._write('<?xml version="1.0" encoding="UTF-8"?>\n')

    @contextmanager
    def element(self, name: str, **attributes: Any) -> Iterator[None]:
        """An element around what is written meanwhile."""
        self._write(f"<{name}{_written(attributes)}>\n")
        yield
        self._write(f"</{name}>\n")

    def leaf(self, name: str, text: str | None = None, **attributes: Any) -> None:
        """An element with a text or with nothing in it."""
        ends = "/>" if text is None else f">{_text(text)}</{name}>"
        self._write(f"<{name}{_written(attributes)}{ends}\n")

    @contextmanager
    def kept(self) -> Iterator[list[str]]:
        """The pieces of what is written meanwhile, which do not go into the file: for `again`."""
        write, pieces = self._write, list[str]()
        self._write = pieces.append  # type: ignore[assignment]
        yield pieces
        self._write = write

    def again(self, text: str) -> None:
        """Writes what was kept, as it is."""
        self._write(text)

    @contextmanager
    def said(self) -> Iterator[None]:
        """Around a signature and what is noted of an element: the standards have them in different places."""
        yield

    def described(self, name: str, words: str) -> None:
        """An element whose text is in English."""
        with self.element(name):
            self.leaf("TranslatedText", words, xml_lang="en")


def _text(text: str) -> str:
    return text if _PLAIN(text) else escape(held(text), {"\r": "&#13;"})


def _written(attributes: dict[str, Any]) -> str:
    """Nearly all values need no look at their single letters. Written for speed: this is half of an export."""
    text = ""
    for name, value in attributes.items():
        if value is not None:
            value = value if value.__class__ is str else str(value)
            quoted = f'"{value}"' if _PLAIN(value) else quoteattr(held(value))
            text += f" {_named(name)}={quoted}"
    return text


@cache
def _named(name: str) -> str:
    return name.replace("_", ":", 1)
