"""Verifies the audit trail in an ODM file without the product: `python3 verify_odm.py [--head N:SEAL] [FILE]`.

Only the standard library of Python 3.9 or later is needed, and beside this script `verify_trail.py`, which says how a
seal is made, and `odm_layout.py` and `odm_places.json`, which say where elements and tables stand. The file is read
from beginning to end; the text of each version is rebuilt from the items that changed:

    [version, Change, "table", row, "act", {columns in order of length, then of bytes}]

and the seals are computed anew. What the standard's own elements say for other readers (who, when, where, why, which
participant, event, form and entry; names of users and sites) is compared with what was sealed, and beside the
definitions nothing may stand that the product does not write. Not compared: the definitions, the type of a user, the
day since when a site takes part. Ends with 0 when the trail is sound, with 1 at the first break, with 2 when there is
nothing to verify.
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
    import odm_layout as layout
    import verify_trail as sealed_trail
else:
    from capture.trail import verify_trail as sealed_trail
    from capture.trail.odm import odm_layout as layout

TRAIL, PLACES, Break = "odm_trail.xml", "odm_places.json", sealed_trail.Break
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


# JSON with every number as `Digits`; a decoder made for each text would take longer than its reading.
read_json = json.JSONDecoder(parse_int=Digits, parse_float=Digits).decode


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


def item_of(value):
    """(Value or None, Type) of an item.

    i, n: digits; b: true or false; j: JSON; t: an empty text; x, y: text and JSON in base64; a: absent; none: text.
    """
    if value is None or value == "":
        return None, "" if value is None else "t"
    if isinstance(value, str):
        return (coded(value), "x") if _NEVER.search(value) else (value, "")
    text = written(value)
    if isinstance(value, bool):
        return text, "b"
    if isinstance(value, Digits):
        return text, "i" if text.lstrip("-").isdigit() else "n"
    return (coded(text), "y") if _NEVER.search(text) else (text, "j")


def value_of(value, kind):
    """The JSON of an item as `item_of` gives it; None for a column that the version does not have. Raises ValueError
    for what `item_of` does not give."""
    if value is None:
        return {"": "null", "t": '""', "a": None}[kind]
    text = decoded(value) if kind in ("x", "y") else value
    text = text if kind in ("i", "n", "b", "j", "y") else written(text)
    if item_of(read_json(text)) != (value, kind):
        raise ValueError("no item of this product")
    return text


class Store:
    """What must be known until the end, in a file of the system: memory does not grow with the trail."""

    def __init__(self):
        self.base = sqlite3.connect("")
        self.base.executescript("""PRAGMA journal_mode = OFF;
            CREATE TABLE state (name TEXT, row INTEGER, columns TEXT, PRIMARY KEY (name, row));
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
    """Puts Changes together from the elements of the file; those that are complete wait in `ready`.

    places: table → where its rows stand, as in `odm_places.json`.
    """

    def __init__(self, places):
        self.places = places
        self.store, self.ready, self.subjects, self.named, self.place = Store(), [], {}, {}, 0
        self.change = self.group = None
        self.subject, self.event, self.form, self.text, self.of = "", ("", ""), "", "", {}
        self.path, self.definition = [("", set())], 0
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

    def at_line(self, words):
        """What breaks here."""
        return Break(f"line {self.parser.CurrentLineNumber} has {words}")

    def open(self, name, attributes):
        """Stops at what the product does not write there; the definitions may hold everything but data."""
        around, met = self.path[-1]
        if self.definition:
            is_known = name not in layout.WRITTEN and not name.startswith("ItemData")
        else:
            places, plain, own = layout.WRITTEN.get(name, ("", "", ""))
            allowed = {*plain.split(), *(f"{OWN} {each}" for each in own.split())}
            is_known = (around in places.split() and allowed.issuperset(attributes) and not self.text.strip()
                        and (name in layout.REPEATED or name not in met))  # fmt: skip
            if name == "ODM":
                is_known = not around and attributes.get("FileType") == "Transactional"
        if not is_known:
            raise self.at_line(f"{name} or an attribute where the product writes none")
        met.add(name)
        self.path.append((name, set()))
        self.definition += bool(self.definition) or name == "Study"

    def start(self, name, attributes):
        """Takes note of an element."""
        name = name[len(ODM) + 1 :] if name.startswith(f"{ODM} ") else name
        self.open(name, attributes)
        self.text = ""
        own = {key[len(OWN) + 1 :]: value for key, value in attributes.items() if key.startswith(f"{OWN} ")}
        if name in ("Study", "MetaDataVersion"):
            self.of.setdefault(name, attributes["OID"])
        elif name in ("User", "Location"):
            if attributes["OID"] in self.named:
                raise self.at_line(f"{attributes['OID']} a second time")
            self.named[attributes["OID"]] = self.names = {"Name": attributes["Name"]} if name == "Location" else {}
        elif name in ("ReferenceData", "ClinicalData"):
            if {"Study": attributes["StudyOID"], "MetaDataVersion": attributes["MetaDataVersionOID"]} != self.of:
                raise self.at_line("data of another study")
            if name == "ClinicalData":
                if ("Header" in own) == ("HeaderCoded" in own):
                    raise ValueError("one header")
                header = own["Header"] if "Header" in own else decoded(own["HeaderCoded"])
                self.change = {"own": own, "header": header, "said": json.loads(header), "versions": []}
        elif name == "SubjectData":
            self.subject = attributes["SubjectKey"]
        elif name == "StudyEventData":
            self.event = (attributes["StudyEventOID"], attributes.get("StudyEventRepeatKey"))
        elif name == "FormData":
            self.form = attributes["FormOID"]
        elif name == "ItemGroupData":
            self.group = {"own": own, "oid": attributes["ItemGroupOID"], "does": attributes.get("TransactionType"),
                          "key": attributes.get("ItemGroupRepeatKey"), "items": {}, "audit": {}}  # fmt: skip
        elif name == "ItemData":
            self.take_item(attributes, own.get("Type", ""))
        elif name in ("UserRef", "LocationRef"):
            self.group["audit"][name] = attributes[name.replace("Ref", "OID")]

    def take_item(self, attributes, kind):
        """One item of the group."""
        oid, value = attributes["ItemOID"], attributes.get("Value")
        if oid in self.group["items"] or attributes.get("IsNull") != ("Yes" if value is None else None):
            raise self.at_line(f"a second value of {oid}, or none at all")
        self.group["items"][oid] = value_of(value, kind)

    def end(self, name):
        """Closes an element."""
        name, text, self.text = name[len(ODM) + 1 :] if name.startswith(f"{ODM} ") else name, self.text, ""
        _, met = self.path.pop()
        if self.definition:
            self.definition -= 1
            return
        if (name in layout.NEVER_EMPTY and not met) or (name not in layout.WITH_TEXT and text.strip()):
            raise self.at_line(f"{name} with another content than the product writes")
        if name in layout.NAMES:
            self.names[name] = text
        elif name in ("DateTimeStamp", "ReasonForChange", "SourceID"):
            self.group["audit"][name] = text
        elif name == "ItemGroupData":
            self.close_group()
        elif name == "ClinicalData":
            self.close_change()

    def close_group(self):
        """Rebuilds the version that the group stands for."""
        group, own, self.group = self.group, self.group["own"], None
        number, table, row, act = int(own["Version"]), own["Table"], int(own["Row"]), own["Act"]
        change = self.change["said"][0] if self.change else int(own["Change"])
        columns, begins = self.store.columns(table, row), self.places[table]["items"]
        for oid, value in group["items"].items():
            if not oid.startswith(begins):
                raise Break(f"version {number} is of another table than its items")
            columns[oid[len(begins) :]] = value
        columns = {name: value for name, value in columns.items() if value is not None}
        self.store.keep(table, row, columns)
        if (group["does"] != DOES.get(act) or own.get("Edition", "null") != columns.get("form_edition", "null")
                or (self.change is not None and "Change" in own)):  # fmt: skip
            raise Break(f"version {number} is not what its element says")
        self.compare_place(number, self.places[table], row, columns, group)
        sealed = f"[{number}, {change}, {written(table)}, {row}, {written(act)}, {row_text(columns)}]"
        if "Kept" in own:
            sealed = {"sha256": own["Kept"], "withheld": own["Withheld"], "text": sealed}
        version = [number, sealed, group["audit"]]
        if self.change is None:
            self.store.keep_early(change, version)
        else:
            self.change["versions"].append(version)

    def compare_place(self, number, place, row, columns, group):
        """Stops where the elements around a version name another participant, event, form or entry than its row."""
        column = place["key"]
        key = columns[column] if column else str(row)
        entry = self.store.columns(place["of_entry"], int(key)) if column else columns
        participant = key if place["once"] else entry.get("participant_id", "null")
        is_reference = participant == "null"
        if is_reference != (self.change is None) or not entry:
            raise Break(f"version {number} stands among data of a participant, or of none, and is not")
        if (group["oid"] != place["groups"][is_reference and "participant_id" in entry]
                or group["key"] != (str(row) if is_reference or column else None)):  # fmt: skip
            raise Break(f"version {number} is not what its element says")
        if is_reference:
            return
        event, form = place["events"][json.loads(entry[place["by"]]) if place["by"] else ""]
        if (self.event != (event, None if place["once"] else key) or self.form != form
                or self.subjects.setdefault(self.subject, participant) != participant):  # fmt: skip
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
        names = {"US.system": names_of("system", "Endpoint System"), "LO.study": {"Name": "The study as a whole"}}
        for row, columns in self.store.rows("trial_person").items():
            names[f"US.{row}"] = names_of(*(for_xml(json.loads(columns[each])) for each in ("username", "full_name")))
        for row, columns in self.store.rows("trial_site").items():
            if columns["struck_out_reason"] == '""':
                names[f"LO.{row}"] = {"Name": for_xml(f"{json.loads(columns['code'])} {json.loads(columns['name'])}")}
        for oid in sorted({*names, *self.named}):
            if names.get(oid) != self.named.get(oid):
                raise Break(f"{oid} is not called as the newest version says")
        participants = self.store.rows("trial_participant")
        for key, row in self.subjects.items():
            if key != key_of(participants.get(int(row), {})):
                raise Break(f"participant {row} is not called {key} in the newest version")


def names_of(login, full):
    """The names of a user by element."""
    first, _, last = full.rpartition(" ")
    return {"LoginName": login, "FullName": full, "FirstName": first or full, "LastName": last or full}


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


def changes_in(file, places):
    """Each Change of the file as `verify_trail.walk` takes it. Raises Break."""
    reader, more = Reader(places), True
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


def main(words, beside=Path(__file__).resolve().parent):
    """Prints the result; returns the exit code. beside: the folder of `odm_places.json` and of the trail."""
    asked = argparse.ArgumentParser(description="Verify the audit trail in an ODM file.")
    asked.add_argument("file", nargs="?", default=str(beside / TRAIL), metavar="FILE")
    asked.add_argument("--head", type=sealed_trail.head_from, action="append", default=[], metavar="N:SEAL",
                       help="a head noted elsewhere; may be given several times")  # fmt: skip
    options = asked.parse_args(words)

    def verified():
        places = json.loads((beside / PLACES).read_text(encoding="utf-8"))
        with open(options.file, "rb") as file:
            return sealed_trail.verify(changes_in(file, places), options.head)

    return sealed_trail.told(verified, bool(options.head))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
