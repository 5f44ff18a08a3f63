"""ODM 2.0: what is asked for in the words of ODM 1.3.2, written in those of the newer standard.

A form is an item group of type Form around the groups of its tables; values are elements; notes stand last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from capture.exchange.odm.xml_writer import XmlWriter

_ELEMENTS = {"FormRef": "ItemGroupRef", "FormDef": "ItemGroupDef", "FormData": "ItemGroupData",
             "LoginName": "UserName", "FirstName": "GivenName", "LastName": "FamilyName"}  # fmt: skip
_ATTRIBUTES = {"FormOID": "ItemGroupOID", "LocationType": "Role"}


class Writer2(XmlWriter):
    """Writes ODM 2.0."""

    namespace, version, is_2 = "http://www.cdisc.org/ns/odm/v2.0", "2.0", True

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self._last = [""]  # for each element that is open: what stands at its end

    @contextmanager
    def element(self, name: str, **attributes: Any) -> Iterator[None]:
        """As in 1.3.2; the value of an item becomes an element."""
        value = attributes.pop("Value", None)
        self._last.append("")
        with super().element(_ELEMENTS.get(name, name), **_attributes(name, attributes)):
            if value is not None:
                super().leaf("Value", value)
            yield
            self.again(self._last.pop())

    def leaf(self, name: str, text: str | None = None, **attributes: Any) -> None:
        """As in 1.3.2; the words of a comment are in English."""
        if name == "Comment":
            self.described(name, text or "")
        elif "Value" in attributes:
            with self.element(name, **attributes):
                pass
        else:
            super().leaf(_ELEMENTS.get(name, name), text, **_attributes(name, attributes))

    @contextmanager
    def said(self) -> Iterator[None]:
        """Written at the end of the element around it."""
        with self.kept() as pieces:
            yield
        self._last[-1] += "".join(pieces)


def _attributes(name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    found = {_ATTRIBUTES.get(key, key): value for key, value in attributes.items()}
    if name == "TranslatedText":
        found["Type"] = "text/plain"
    elif name in ("FormDef", "ItemGroupDef"):
        found["Repeating"] = "Simple" if found["Repeating"] == "Yes" else "No"
        found["Type"] = ("Form" if name == "FormDef" else "Dataset" if found["IsReferenceData"] == "Yes"
                         else "Section")  # fmt: skip
    elif name == "ItemDef" and (digits := found.pop("SignificantDigits", None)) is not None:
        found["DisplayFormat"] = f"{found['Length']}.{digits}"
    return found
