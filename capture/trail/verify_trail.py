"""Verifies an exported audit trail without the product: `python3 verify_trail.py [--head N:SEAL] [DIR]`.

Only the standard library of Python 3.9 or later is needed. Each line of `trail.jsonl` is one Change with the exact text
of its header and of its versions. The seal of a Change is

    SHA-256(seal of the Change before, header text, SHA-256 of each version text in order)

with texts in UTF-8 and the first Change following nothing. So one altered letter breaks every seal from there on. In
place of a version's text may stand `{"sha256": HEX, "withheld": WHY}`: the seal holds with the hash, but what that
version says is not shown and is vouched for by the hash alone; the result counts these and says why. Where words were
blacked out, such an object carries the text as it stands now, and a Change whose reason was carries `"seal_kept": WHY`:
its seal cannot be computed. A sealed version of the table of black-outs must name both with these very hashes. What was
cut off the end leaves a chain that is sound: only a head noted elsewhere (`verify_audit`, a signature, a backup) shows
that, and is given as --head. Ends with 0 when the trail is sound, with 1 at the first break, with 2 when there is
nothing to verify.
"""

import argparse
import collections
import hashlib
import json
import sys
from pathlib import Path

TRAIL, MANIFEST, BLACK_OUTS = "trail.jsonl", "manifest.json", "trial_redaction"


class Break(Exception):
    """The first thing that is not as it was sealed, in words."""


def digest_of(version):
    """SHA-256 of a version: of its text, or as it is given where the text is withheld. Raises ValueError, KeyError."""
    if isinstance(version, str):
        return hashlib.sha256(version.encode("utf-8")).digest()
    digest = bytes.fromhex(version["sha256"])
    if len(digest) != 32 or not isinstance(version["withheld"], str) or not version["withheld"].strip():
        raise ValueError("a withheld version has a SHA-256 and says why")
    if "text" in version:
        json.loads(version["text"])[0]
    return digest


def seal_of(previous, header, versions):
    """The seal in hexadecimal; previous is bytes, header is text, a version is text or a withheld one."""
    digests = b"".join(digest_of(version) for version in versions)
    return hashlib.sha256(previous + header.encode("utf-8") + digests).hexdigest()


def sha256(content):
    """SHA-256 of text (UTF-8) or bytes, in hexadecimal."""
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()


class BlackOuts:
    """What the trail says was blacked out, and what its sealed black-outs name; compared at the end."""

    def __init__(self):
        self.met, self.named, self.unseen = {}, {}, False

    def note(self, number, seal, header, versions, seal_kept):
        """Takes one Change in."""
        if seal_kept:
            digests = b"".join(digest_of(version) for version in versions)
            self.met[("Change", number)] = (seal, sha256(header), sha256(digests))
        for version in versions:
            if isinstance(version, str):
                self._named_by(version)
            elif "text" in version:
                self.met[("version", json.loads(version["text"])[0])] = (version["sha256"], sha256(version["text"]))
            else:
                self.unseen = True

    def _named_by(self, text):
        if f'"{BLACK_OUTS}"' not in text:
            return
        _, _, table, _, _, row = json.loads(text)
        if table != BLACK_OUTS or row["state"] != "done":
            return
        for one in row["versions"]:
            self.named[("version", one["version"])] = (one["sealed"], one["after"])
        for one in row["changes"]:
            self.named[("Change", one["change"])] = (one["seal"], one["header"], one["versions"])

    def compare(self):
        """Raises Break for a black-out that no sealed one stands for, unless that may be withheld itself."""
        for (what, number), hashes in self.met.items():
            named = self.named.get((what, number))
            if named != hashes and not (named is None and self.unseen):
                raise Break(f"{what} {number} is marked as redacted, and no sealed redaction names it")


def changes_in(file):
    """Each line as (place from 1, number, header, previous seal, seal, versions, why kept). Raises Break."""
    for place, line in enumerate(file, start=1):
        try:
            one = json.loads(line)
            header, versions = one["header"], list(one["versions"])
            for version in versions:
                digest_of(version)
            number, kept = json.loads(header)[0], one.get("seal_kept", "")
            bytes.fromhex(one["seal"] or "")
            yield place, number, header, one["previous_seal"] or "", one["seal"] or "", versions, kept
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise Break(f"line {place} is no Change of an exported trail") from error


def walk(found):
    """Yields (number, seal, versions, why the seal is kept) of each Change that follows the one before.

    found: Changes as `changes_in` reads them. Raises Break at the first break.
    """
    before, black_outs = "", BlackOuts()
    for place, number, header, previous, seal, versions, kept in found:
        if number != place:
            raise Break(f"Change {place} is missing (Change {number} stands in its place)")
        if previous != before:
            raise Break(f"Change {number} does not follow the seal of the Change before it")
        if not kept and seal != seal_of(bytes.fromhex(before), header, versions):
            raise Break(f"Change {number} or one of its versions is not what was sealed")
        black_outs.note(number, seal, header, versions, kept)
        before = seal
        yield number, seal, versions, kept
    black_outs.compare()


def verify(found, heads):
    """Returns (Changes, versions, newest seal, {why: how many withheld}). heads: {number: seal}. Raises Break.

    found: Changes as `changes_in` reads them.
    """
    waiting, changes, versions, newest, withheld = dict(heads), 0, 0, "", collections.Counter()
    for number, seal, sealed, kept in walk(found):
        if waiting.pop(number, seal) != seal:
            raise Break(f"Change {number} carries another seal than the one noted elsewhere")
        changes, versions, newest = number, versions + len(sealed), seal
        withheld.update(("version", version["withheld"]) for version in sealed if not isinstance(version, str))
        withheld.update([("seal", kept)] if kept else [])
    if waiting:
        raise Break(f"Change {min(waiting)} was on record once and is cut off")
    return changes, versions, newest, dict(withheld)


def reconcile(folder, changes, versions):
    """Compares the counts with the manifest, which can be wrong by itself: it is sealed by nothing. Raises Break."""
    path = Path(folder) / MANIFEST
    if not path.exists():
        return
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        said = (manifest["changes"], manifest["versions"])
    except (ValueError, KeyError, TypeError) as error:
        raise Break("the manifest cannot be read") from error
    if said != (changes, versions):
        raise Break(f"the manifest names {said[0]} Changes and {said[1]} versions, "
                    f"the trail holds {changes} and {versions}")  # fmt: skip


def head_from(text):
    """`NUMBER:SEAL` as (number, seal)."""
    number, _, seal = text.strip().partition(":")
    if not number.isdigit() or len(seal) != 64 or set(seal.lower()) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NUMBER:SEAL with 64 hexadecimal digits")
    return int(number), seal.lower()


def main(words):
    """Prints the result; returns the exit code."""
    asked = argparse.ArgumentParser(description="Verify an exported audit trail.")
    asked.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent), metavar="DIR")
    asked.add_argument("--head", type=head_from, action="append", default=[], metavar="N:SEAL",
                       help="a head noted elsewhere; may be given several times")  # fmt: skip
    options = asked.parse_args(words)

    def verified():
        with (Path(options.folder) / TRAIL).open(encoding="utf-8", newline="\n") as file:
            found = verify(changes_in(file), options.head)
        reconcile(options.folder, *found[:2])
        return found

    return told(verified, bool(options.head))


def told(verified, has_head):
    """Prints what `verified` finds (as `verify` gives it) or the first break; returns the exit code."""
    try:
        changes, versions, newest, withheld = verified()
    except Break as first:
        print(f"The trail is broken: {first}.")
        return 1
    except (OSError, UnicodeDecodeError) as error:
        print(f"The trail cannot be read: {error}.")
        return 2
    if not has_head:
        print("No head from elsewhere was given: that nothing is cut off the end is not verified.")
    for (what, why), count in withheld.items():
        said = "not shown here, only the hash" if what == "version" else "kept, not computed again"
        print(f"{count} {what}{'s' if count > 1 else ''} {said}: {why}")
    hidden = sum(count for (what, _), count in withheld.items() if what == "version")
    hidden = f" ({hidden} of them known by their hash only)" if hidden else ""
    print(f"The trail is sound: {changes} changes, {versions} versions{hidden}, head {changes}:{newest}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
