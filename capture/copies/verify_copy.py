"""Verifies a certified copy without the product: `python3 verify_copy.py [--manifest SHA256] [--head N:SEAL] [DIR]`.

Only the standard library of Python 3.9 or later is needed. It proves that

1. each file is byte for byte the one that the manifest names, and no file is missing or added;
2. each Change in `trail.jsonl` is what was sealed: its seal is SHA-256(seal of the Change before, header text, SHA-256
   of each version text in order). A version of somebody else is withheld: its SHA-256 stands in its place, as it does
   for words that were blacked out (`sealed_trail.py` says how; it is the script of a whole trail);
3. each Change whose predecessor is in the copy too follows it;
4. the manifest is the one that was put on record when the copy was made, if its SHA-256 is given as --manifest; and the
   Change N carries the seal that was noted elsewhere, if a head is given.

It cannot prove what is not in the copy: that no Change was left out of an excerpt when it was made (the product makes
it, and the manifest on record is the witness), and that words on the PDF say the same as the trail (compare them).

Ends with 0 when everything is as it was made, with 1 at what is not, with 2 when there is nothing to verify.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True  # it would be a file that does not belong to the copy
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import sealed_trail
else:
    from capture.trail import verify_trail as sealed_trail

TRAIL, MANIFEST, Wrong = sealed_trail.TRAIL, sealed_trail.MANIFEST, sealed_trail.Break


def hash_of(path):
    """SHA-256 of a file in hexadecimal, whatever its size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()


def manifest_in(folder):
    """The manifest and its own SHA-256. Raises Wrong."""
    text = (folder / MANIFEST).read_bytes()
    try:
        manifest = json.loads(text)
        {each["file"]: each["sha256"] for each in manifest["files"]}
        return manifest, hashlib.sha256(text).hexdigest()
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong("the manifest cannot be read") from error


def compare_files(folder, manifest):
    """Returns how many files there are. Raises Wrong for one that is altered, missing or added."""
    named = {each["file"]: each["sha256"] for each in manifest["files"]}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
             and not path.name.startswith(".")} - {MANIFEST}  # fmt: skip
    for name in sorted(set(named) | found):
        if name not in found:
            raise Wrong(f"{name} is missing")
        if name not in named:
            raise Wrong(f"{name} is not in the manifest: it does not belong to the copy")
        if hash_of(folder / name) != named[name]:
            raise Wrong(f"{name} is not the file that was made")
    return len(named)


def walk(folder, manifest, heads):
    """Returns (Changes, versions, withheld, neighbours that follow each other, black-outs vouched for elsewhere).

    Raises Wrong.
    """
    waiting, last, last_seal, follow, changes, versions, withheld = dict(heads), 0, "", 0, 0, 0, 0
    black_outs = sealed_trail.BlackOuts()
    with (folder / TRAIL).open(encoding="utf-8", newline="\n") as file:
        for _, number, header, previous, seal, sealed, kept in sealed_trail.changes_in(file):
            if not kept and seal != sealed_trail.seal_of(bytes.fromhex(previous), header, sealed):
                raise Wrong(f"Change {number} or one of its versions is not what was sealed")
            if number <= last:
                raise Wrong(f"Change {number} stands behind Change {last}")
            if number == last + 1 and previous != last_seal:
                raise Wrong(f"Change {number} does not follow the seal of the Change before it")
            if waiting.pop(number, seal) != seal:
                raise Wrong(f"Change {number} carries another seal than the one noted elsewhere")
            black_outs.note(number, seal, header, sealed, kept)
            follow, last, last_seal = follow + (number == last + 1), number, seal
            changes, versions = changes + 1, versions + len(sealed)
            withheld += sum(not isinstance(each, str) for each in sealed)
    black_outs.unseen |= manifest.get("trail") != "whole"
    black_outs.compare()
    _reconcile(manifest, (changes, versions, withheld))
    if waiting:
        raise Wrong(f"Change {min(waiting)} is not in this copy, so its head cannot be compared")
    return changes, versions, withheld, follow, len(set(black_outs.met) - set(black_outs.named))


def _reconcile(manifest, counts):
    said = (manifest.get("changes"), manifest.get("versions"), manifest.get("withheld"))
    if said != counts:
        raise Wrong(f"the manifest names {said[0]} Changes, {said[1]} versions and {said[2]} withheld, "
                    f"the trail holds {counts[0]}, {counts[1]} and {counts[2]}")  # fmt: skip


def verify(folder, noted, heads):
    """Prints what was proved, step by step. Raises Wrong."""
    manifest, own = manifest_in(folder)
    print(f"{manifest.get('what', 'A copy')}, made at {manifest.get('made_at')} by {manifest.get('made_by')}.")
    if noted and noted.strip().lower() != own:
        raise Wrong(f"the manifest is another than the one noted: its SHA-256 is {own}")
    print(f"Proved: each of the {compare_files(folder, manifest)} files is the one that the manifest names.")
    changes, versions, withheld, follow, elsewhere = walk(folder, manifest, heads)
    print(f"Proved: each of the {changes} changes in the trail is what was sealed, with {versions} versions, "
          f"{withheld} of them by their hash alone.")  # fmt: skip
    print(f"Proved: {follow} changes follow the one before them; for the other {changes - follow} it is not in this "
          "copy.")  # fmt: skip
    if elsewhere:
        print(f"Not proved: {elsewhere} redactions are named whose approval is not in this copy.")
    if noted:
        print("Proved: the manifest is the one that was noted.")
    for number, _ in heads:
        print(f"Proved: Change {number} carries the seal that was noted elsewhere.")
    return own


def main(words):
    """Prints the result; returns the exit code."""
    asked = argparse.ArgumentParser(description="Verify a certified copy.")
    asked.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent), metavar="DIR")
    asked.add_argument("--manifest", metavar="SHA256", help="the hash of the manifest as the product notes it")
    asked.add_argument("--head", type=sealed_trail.head_from, action="append", default=[], metavar="N:SEAL",
                       help="a head noted elsewhere; may be given several times")  # fmt: skip
    options = asked.parse_args(words)
    try:
        own = verify(Path(options.folder), options.manifest, options.head)
    except Wrong as found:
        print(f"This is not the copy that was made: {found}.")
        return 1
    except (OSError, UnicodeDecodeError) as error:
        print(f"The copy cannot be read: {error}.")
        return 2
    if not options.manifest:
        print("Not proved: that this manifest was made by the product. Look its SHA-256 up there (Verify a copy), or "
              f"give the noted one as --manifest:\n{own}")  # fmt: skip
    print("Cannot be proved from a copy: that nothing was left out when it was made.")
    print("The copy is as it was made.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
