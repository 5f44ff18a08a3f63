"""Verifies the audit trail in an ODM file without the product: `python3 verify_odm.py [--head N:SEAL] [FILE]`.

Only the standard library of Python 3.9 or later is needed, and `verify_trail.py` beside this script, which says how a
seal is made. The file is read from beginning to end; the text of each version is rebuilt from the items that changed:

    [version, Change, "table", row, "act", {columns in order of length, then of bytes}]

and the seals are computed anew. What the standard's own elements say for other readers (who, when, where, why, which
participant) is compared with what was sealed. Ends with 0 when the trail is sound, with 1 at the first break, with 2
when there is nothing to verify.
"""

import argparse
import base64
import json
import re
import sqlite3
import sys
from pathlib import Path
from xml.parsers import expat

if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import verify_trail as sealed_trail
else:
    from capture.trail import verify_trail as sealed_trail

TRAIL, Break = "odm_trail.xml", sealed_trail.Break
ODM, OWN = "http://www.cdisc.org/ns/odm/v1.3", "urn:endpoint:odm:1"
DOES = {"insert": "Insert", "update": "Update", "delete": "Remove"}
_NEVER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LETTERS_AT_A_TIME = 1 << 16


class Digits:
    """A number of JSON with the digits that it is written with: 34.10 is not 34.1."""

    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Digits) and other.text == self.text

    __hash__ = None


def read_json(text):
    """JSON with every number as `Digits`."""
    return json.loads(text, parse_int=Digits, parse_float=Digits)


def written(value):
    """A value as the database writes its JSON; objects keep the order in which they were read."""
    if isinstance(value, Digits):
        return value.text
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(each)}" for key, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def row_text(columns):
    """The JSON of a row; columns: name → JSON of the value."""
    names = sorted(columns, key=lambda name: (len(name.encode()), name.encode()))
    return "{" + ", ".join(f"{written(name)}: {columns[name]}" for name in names) + "}"


def for_xml(text):
    """A text as an XML document holds it: a replacement for each character that none can hold."""
    return _NEVER.sub("\ufffd", text)


def coded(text):
    """A text that XML cannot hold, as base64 of its UTF-8."""
    return base64.b64encode(text.encode()).decode()


def decoded(text):
    """The inverse of `coded`."""
    return base64.b64decode(text, validate=True).decode()


def value_of(value, kind):
    """The JSON of an item's value by its Type; None for a column that the version does not have.

    i, n: digits; b: true or false; j: JSON; t: an empty text; x, y: text and JSON in base64; a: absent; none: text.
    """
    if value is None:
        return {"": "null", "t": '""', "a": None}[kind]
    if kind in ("x", "y"):
        value, kind = decoded(value), {"x": "", "y": "j"}[kind]
    return value if kind in ("i", "n", "b", "j") else written(value)


class Store:
    """What must be known until the end, in a file of the system: memory does not grow with the trail."""

    def __init__(self):
        self.base = sqlite3.connect("")
        self.base.executescript("""PRAGMA journal_mode = OFF;
            CREATE TABLE state (name TEXT, row INTEGER, columns TEXT, PRIMARY KEY (name, row));
            CREATE TABLE event (kind TEXT, key TEXT, participant TEXT, PRIMARY KEY (kind, key));
            CREATE TABLE early (change INTEGER, version TEXT);
            CREATE INDEX by_change ON early (change);""")

    def columns(self, table, row):
        """Name → JSON of the newest version so far; empty for a row that has none."""
        found = self.base.execute("SELECT columns FROM state WHERE name = ? AND row = ?", (table, row)).fetchone()
        return json.loads(found[0]) if found else {}

    def keep(self, table, row, columns):
        """The newest version of a row."""
        self.base.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", (table, row, json.dumps(columns)))

    def rows(self, table):
        """Row → columns of every row of a table."""
        found = self.base.execute("SELECT row, columns FROM state WHERE name = ?", (table,))
        return {row: json.loads(columns) for row, columns in found}

    def subject_of(self, event, subject):
        """The subject that an event was first met with: this one for a new event."""
        self.base.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (*event, subject))
        return self.base.execute("SELECT participant FROM event WHERE kind = ? AND key = ?", event).fetchone()[0]

    def keep_early(self, change, version):
        """A version that stands in the file before its Change."""
        self.base.execute("INSERT INTO early VALUES (?, ?)", (change, json.dumps(version)))

    def early(self, change):
        """The versions of a Change that stood before it; they are given once."""
        found = self.base.execute("SELECT version FROM early WHERE change = ?", (change,)).fetchall()
        self.base.execute("DELETE FROM early WHERE change = ?", (change,))
        return [json.loads(row[0]) for row in found]

    def left(self):
        """The first Change whose early versions nobody asked for; None when there is none."""
        return self.base.execute("SELECT min(change) FROM early").fetchone()[0]


class Reader:
    """Puts Changes together from the elements of the file; those that are complete wait in `ready`."""

    def __init__(self):
        self.store, self.ready, self.users, self.subjects = Store(), [], {}, {}
        self.change = self.group = self.user = None
        self.subject, self.event, self.text, self.place = "", ("", ""), "", 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_):
        """An entity could hide what is read."""
        raise Break("the file declares a document type, which no ODM file needs")

    def characters(self, text):
        """The text of the element that is open."""
        self.text += text

    def start(self, name, attributes):
        """Takes note of an element."""
        self.text, name = "", name[len(ODM) + 1 :] if name.startswith(f"{ODM} ") else name
        own = {key[len(OWN) + 1 :]: value for key, value in attributes.items() if key.startswith(f"{OWN} ")}
        if name == "User":
            self.user = self.users[attributes["OID"]] = {}
        elif name == "ClinicalData":
            header = decoded(own["HeaderCoded"]) if "HeaderCoded" in own else own["Header"]
            self.change = {"own": own, "header": header, "said": json.loads(header), "versions": []}
        elif name == "SubjectData":
            self.subject = attributes["SubjectKey"]
        elif name == "StudyEventData":
            self.event = (attributes["StudyEventOID"], attributes.get("StudyEventRepeatKey", self.subject))
        elif name == "ItemGroupData":
            self.group = {"own": own, "oid": attributes["ItemGroupOID"], "does": attributes.get("TransactionType"),
                          "items": {}, "audit": {}}  # fmt: skip
        elif name == "ItemData":
            value = None if attributes.get("IsNull") == "Yes" else attributes["Value"]
            self.group["items"][attributes["ItemOID"]] = value_of(value, own.get("Type", ""))
        elif name in ("UserRef", "LocationRef") and self.group is not None:
            self.group["audit"][name] = attributes[name.replace("Ref", "OID")]

    def end(self, name):
        """Closes an element."""
        name, text, self.text = name[len(ODM) + 1 :] if name.startswith(f"{ODM} ") else name, self.text, ""
        if name in ("LoginName", "FullName") and self.user is not None:
            self.user[name] = text
        elif name in ("DateTimeStamp", "ReasonForChange", "SourceID") and self.group is not None:
            self.group["audit"][name] = text
        elif name == "ItemGroupData":
            self.close_group()
        elif name == "ClinicalData":
            self.close_change()

    def close_group(self):
        """Rebuilds the version that the group stands for."""
        group, own, self.group = self.group, self.group["own"], None
        number, table, row, act = int(own["Version"]), own["Table"], int(own["Row"]), own["Act"]
        short = table[len("trial_") :] if table.startswith("trial_") else table
        change = self.change["said"][0] if self.change else int(own["Change"])
        columns, begins = self.store.columns(table, row), f"IT.{short}."
        for oid, value in group["items"].items():
            if not oid.startswith(begins):
                raise Break(f"version {number} is of another table than its items")
            columns[oid[len(begins) :]] = value
        columns = {name: value for name, value in columns.items() if value is not None}
        self.store.keep(table, row, columns)
        if (group["oid"] not in (f"IG.{short}", f"IG.{short}.study") or group["does"] != DOES.get(act)
                or own.get("Edition", "null") != columns.get("form_edition", "null")):  # fmt: skip
            raise Break(f"version {number} is not what its element says")
        sealed = f"[{number}, {change}, {written(table)}, {row}, {written(act)}, {row_text(columns)}]"
        if "Kept" in own:
            sealed = {"sha256": own["Kept"], "withheld": own["Withheld"], "text": sealed}
        version = [number, sealed, group["audit"]]
        if self.change is None:
            self.store.keep_early(change, version)
        else:
            self.compare_place(number, table, row, columns)
            self.change["versions"].append(version)

    def compare_place(self, number, table, row, columns):
        """Stops where the elements around a version name another participant or another entry than its row."""
        participant = str(row) if table == "trial_participant" else columns.get("participant_id")
        if participant is not None:
            known = self.subjects.setdefault(self.subject, participant)
        kind, key = self.event
        is_there = kind == "SE.registration" or key == str(row) or key in columns.values()
        if (not is_there or self.store.subject_of(self.event, self.subject) != self.subject
                or (participant is not None and participant != known)):  # fmt: skip
            raise Break(f"version {number} stands with an entry or a participant that it does not name")

    def close_change(self):
        """The Change as `verify_trail` takes it, once its audit records are compared with its header."""
        change, self.change = self.change, None
        own, number = change["own"], change["said"][0]
        versions = sorted([*change["versions"], *self.store.early(number)], key=lambda version: version[0])
        for version, _, audit in versions:
            if audit != audit_of(change["said"]):
                raise Break(f"the audit record of version {version} is not that of Change {number}")
        self.place += 1
        if own.get("Change") != str(number):
            raise Break(f"Change {number} is named otherwise than its header names it")
        self.ready.append((self.place, number, change["header"], own.get("PreviousSeal", ""), own.get("Seal", ""),
                           [sealed for _, sealed, _ in versions], own.get("SealKept", "")))  # fmt: skip

    def compare_names(self):
        """Stops where a user or a participant is called otherwise than the newest version of the row says."""
        if self.store.left() is not None:
            raise Break(f"versions of Change {self.store.left()} stand without it")
        for row, columns in self.store.rows("trial_person").items():
            named = {"LoginName": columns.get("username"), "FullName": columns.get("full_name")}
            if {name: written(text) for name, text in self.users.get(f"US.{row}", {}).items()} != named:
                raise Break(f"user {row} is not called as the newest version says")
        participants = self.store.rows("trial_participant")
        for key, row in self.subjects.items():
            if key != key_of(participants.get(int(row), {})):
                raise Break(f"participant {row} is not called {key} in the newest version")


def key_of(columns):
    """The study number of a participant, before registration the screening number."""
    number = json.loads(columns.get("number", "null"))
    return number or f"S-{json.loads(columns.get('screening_number', '0')):04d}"


def audit_of(said):
    """The audit record that a header gives; headers: number, person, role, time, act, reason, participant, site, …"""
    number, person, _, at, _, reason, _, site = said[:8]
    found = {"UserRef": f"US.{'system' if person is None else person}",
             "LocationRef": f"LO.{'study' if site is None else site}",
             "DateTimeStamp": f"{at}+00:00", "SourceID": f"change {number}"}  # fmt: skip
    return {**found, "ReasonForChange": for_xml(reason)} if reason else found


def changes_in(file):
    """Each Change of the file as `verify_trail.walk` takes it. Raises Break."""
    reader, more = Reader(), True
    while more:
        part = file.read(LETTERS_AT_A_TIME)
        more = bool(part)
        try:
            reader.parser.Parse(part, not more)
        except expat.ExpatError as error:
            raise Break(f"the file is no XML: {error}") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            line = reader.parser.CurrentLineNumber
            raise Break(f"line {line} is no part of the trail that ODM files of this product hold") from error
        yield from reader.ready
        reader.ready.clear()
    reader.compare_names()


def main(words):
    """Prints the result; returns the exit code."""
    asked = argparse.ArgumentParser(description="Verify the audit trail in an ODM file.")
    asked.add_argument("file", nargs="?", default=str(Path(__file__).resolve().parent / TRAIL), metavar="FILE")
    asked.add_argument("--head", type=sealed_trail.head_from, action="append", default=[], metavar="N:SEAL",
                       help="a head noted elsewhere; may be given several times")  # fmt: skip
    options = asked.parse_args(words)

    def verified():
        with open(options.file, "rb") as file:
            return sealed_trail.verify(changes_in(file), options.head)

    return sealed_trail.told(verified, bool(options.head))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
