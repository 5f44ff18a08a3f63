"""An ODM 1.3 file → rows of the tables, in the state in which its last transaction left them.

Read piece by piece, and never further than its limits: no document type, no entities, no deep nesting, no endless
values. What is not known is counted by its OID, so that one reading names all of it.
"""

import base64
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from capture.exchange.importing.files import LETTERS_IN_A_CELL
from capture.exchange.importing.upload import MOST_BYTES
from capture.exchange.odm import metadata, tables
from capture.exchange.odm.tables import Table
from capture.exchange.odm.xml_writer import XmlWriter
from trial.refused import Refused

DEEPEST = 32
LONGEST = 10_000_000  # bytes of one element with its attributes
_PIECE = 1 << 16
_OID = {"StudyEventData": "StudyEventOID", "FormData": "FormOID", "ItemGroupData": "ItemGroupOID"}
_REPEATS = {"StudyEventData": "StudyEventRepeatKey", "FormData": "FormRepeatKey",
            "ItemGroupData": "ItemGroupRepeatKey"}  # fmt: skip
LEVELS = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData")
Key = tuple[tuple[str, str], ...]


@dataclass
class Rows:
    """What the file holds. rows: (subject, event, form, group, each with its repeat key) → column → text; an empty
    value is left out. unknown: OID → how often it occurs, of what this study does not define."""

    rows: dict[Key, dict[str, str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)


def read(path: Path) -> Rows:
    """Reads the file. Raises Refused, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    reading = _Reading()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            reading.take(piece)
        reading.take(b"", is_last=True)
    return reading.found


class _Reading:
    """The handlers of the parser."""

    def __init__(self) -> None:
        self.found, self.depth, self.bytes = Rows(), 0, 0
        self.place: list[tuple[str, str]] = []
        self.of_subject: dict[tuple[str, str], set[Key]] = defaultdict(set)
        self.is_snapshot, self.item, self.text = True, "", ""
        self.table: Table | None = None
        self.begun: set[Key] = set()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def take(self, piece: bytes, is_last: bool = False) -> None:
        """The next piece of the file."""
        self.bytes += len(piece)
        try:
            self.parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            raise Refused(f"The file is not XML: {words} in line {error.lineno}.") from error
        except KeyError as missing:
            raise self._refused(f"an element has no {missing.args[0]}") from missing
        except (ValueError, LookupError) as error:
            raise Refused("The file is in an encoding that cannot be read. Save it as UTF-8.") from error
        if self.bytes - self.parser.CurrentByteIndex > LONGEST:
            raise self._refused(f"an element has more than {LONGEST // 1_000_000} MB")

    def _refused(self, words: str) -> Refused:
        return Refused(f"Line {self.parser.CurrentLineNumber}: {words}.")

    def _doctype(self, *_: Any) -> None:
        raise self._refused("the file declares a document type. ODM files need none, and it could hide what is read")

    def _characters(self, text: str) -> None:
        if self.item:
            self.text += text
            if len(self.text) > LETTERS_IN_A_CELL:
                raise self._refused(f"a value has more than {LETTERS_IN_A_CELL} characters")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, name = name.rpartition(" ")
        if not self.depth and (name != "ODM" or namespace != XmlWriter.namespace):
            raise Refused("This is no ODM 1.3 file: it does not begin with the element ODM of that standard.")
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._refused(f"elements are nested more than {DEEPEST} deep")
        if namespace != XmlWriter.namespace:
            return
        if name == "ODM":
            self.is_snapshot = attributes["FileType"] == "Snapshot"
        elif name in ("ClinicalData", "ReferenceData"):
            self.place, self.table = [], None
            for oid, ours in (("StudyOID", metadata.STUDY), ("MetaDataVersionOID", metadata.METADATA)):
                if attributes[oid] != ours:
                    self.found.unknown[f"{oid} {attributes[oid]}"] += 1
        elif name in LEVELS:
            self._level(name, attributes)
        elif name.startswith("ItemData"):
            self._item(attributes)

    def _level(self, name: str, attributes: dict[str, str]) -> None:
        key = attributes["SubjectKey"] if name == "SubjectData" else attributes.get(_REPEATS[name], "")
        oid = "" if name == "SubjectData" else attributes[_OID[name]]
        self.place.append((oid, key))
        place = tuple(self.place)
        if attributes.get("TransactionType") == "Remove":
            for gone in [each for each in self.of_subject[place[0]] if each[: len(place)] == place]:
                self.of_subject[place[0]].discard(gone)
                del self.found.rows[gone]
        if name == "ItemGroupData":
            self.table = self._known(oid)
            self._begin(place, attributes.get("TransactionType"))
        elif oid and oid not in tables.kinds():
            self.found.unknown[oid] += 1

    def _known(self, oid: str) -> Table | None:
        """The table of an item group, where it belongs into this event; else its OID is counted."""
        table = tables.by_group().get(oid)
        event = self.place[1][0] if len(self.place) == len(LEVELS) else ""
        kind = tables.kinds().get(event)
        if table is None:
            self.found.unknown[oid] += 1
        elif kind is not None and kind not in table.events.values():
            self.found.unknown[f"{oid} in {event}"] += 1
        return table

    def _begin(self, place: Key, does: str | None) -> None:
        """A row of a snapshot stands once; one that is inserted again after it was removed is a new one."""
        if self.is_snapshot and place in self.begun:
            raise self._refused(f"{place[-1][0]} stands twice with the same keys ({_in_words(place)})")
        if self.is_snapshot:
            self.begun.add(place)
        if does != "Remove":
            self.found.rows.setdefault(place, {})
            self.of_subject[place[0]].add(place)

    def _item(self, attributes: dict[str, str]) -> None:
        oid = attributes["ItemOID"]
        if self.table is None:
            return
        column = self.table.items.get(oid)
        if column is None:
            self.found.unknown[oid] += 1
            return
        row = self.found.rows.get(tuple(self.place))
        if row is None:
            return
        if attributes.get("IsNull") == "Yes" or attributes.get("TransactionType") == "Remove":
            row.pop(column, None)
        elif "Value" in attributes:
            row[column] = self._decoded(attributes)
        else:  # an element of its type, whose text is the value
            self.item, self.text = column, ""

    def _decoded(self, attributes: dict[str, str]) -> str:
        """Our own files have text that XML cannot hold in base64, and say so by their types x and y."""
        value = attributes["Value"]
        if attributes.get(f"{metadata.OWN_NAMESPACE} Type") not in ("x", "y"):
            return value
        try:
            return base64.b64decode(value, validate=True).decode()
        except ValueError:
            raise self._refused(f"the value of {attributes['ItemOID']} is not the base64 of a text") from None

    def _end(self, name: str) -> None:
        namespace, _, name = name.rpartition(" ")
        self.depth -= 1
        if namespace != XmlWriter.namespace:
            return
        if name.startswith("ItemData") and self.item:
            self.found.rows.get(tuple(self.place), {})[self.item] = self.text
            self.item, self.text = "", ""
        elif name in LEVELS and self.place:
            self.place.pop()


def _in_words(place: Key) -> str:
    return ", ".join(key for _, key in place if key)
