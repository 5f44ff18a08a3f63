"""What the record knows of a copy: looked up by the hash of its manifest, and whether anything changed since."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from capture.copies import excerpt
from capture.copies.package import NOTED
from capture.copies.verify_copy import MANIFEST
from trial import access
from trial.models import Change, JournalEntry, Person, Site

_NOTED = re.compile(rf"(?:certified copy|archive) \w+ of (.+), change (\d+), {NOTED}[0-9a-f]{{64}}")
STUDY, OF_SITE = "the study", "site "
LARGEST_MANIFEST, LARGEST_WHOLE = 64 << 20, 4 << 30  # bytes; a larger one is not read


class NotACopy(Exception):
    """What was given cannot be looked up; the message says why in words."""


@dataclass(frozen=True)
class Known:
    """A copy on record: who made it when, of what, from which Change, and how many Changes came since."""

    entry: JournalEntry
    of: str
    change: int
    since: int
    trail: str


def by_hash(person: Person, digest: str) -> Known | None:
    """The copy with this hash of the manifest; None when there is none of what the person may read."""
    for entry in JournalEntry.objects.filter(words__endswith=f"{NOTED}{digest}").select_related("person"):
        found = _NOTED.fullmatch(entry.words)
        told = _since(person, found[1], int(found[2])) if found else None
        if found and told is not None:
            return Known(entry, found[1], int(found[2]), *told)
    return None


def _since(person: Person, of: str, change: int) -> tuple[int, str] | None:
    """How many Changes came after, and the filter of the trail that shows them; None: it is none of the person's."""
    if of == STUDY:
        return (Change.objects.filter(pk__gt=change).count(), "") if access.sees_every_site(person) else None
    if of.startswith(OF_SITE):
        site = access.sites_for(person).filter(code=of.removeprefix(OF_SITE)).first()
        return (_at_site(site, change), f"site={site.code}") if site else None
    one = access.participants_for(person).filter(access.is_reference(of)).first()
    return (len(excerpt.since(one, change)), f"participant={one.reference}") if one else None


def _at_site(site: Site, change: int) -> int:
    return Change.objects.filter(site=site, pk__gt=change).count()


def digest_of(typed: str, file: Any) -> str:
    """The hash of the manifest that was typed, or of the copy that was uploaded. Raises NotACopy."""
    if file is None:
        text = "".join(typed.split()).lower()
        if not re.fullmatch("[0-9a-f]{64}", text):
            raise NotACopy("A hash has 64 letters and digits, 0 to 9 and a to f. Copy it whole, or choose the file.")
        return text
    if zipfile.is_zipfile(file):
        return _of_archive(file)
    file.seek(0)
    content = file.read(LARGEST_MANIFEST)
    if not content.lstrip().startswith(b"{"):
        raise NotACopy("Choose the ZIP file of the copy as it was downloaded, or the manifest.json in it.")
    return hashlib.sha256(content).hexdigest()


def _of_archive(file: Any) -> str:
    """The hash of its manifest, once each file in it is the one that the manifest names."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {each.filename: each.file_size for each in archive.infolist() if not each.is_dir()}
            if sizes.get(MANIFEST, LARGEST_MANIFEST + 1) > LARGEST_MANIFEST or sum(sizes.values()) > LARGEST_WHOLE:
                raise NotACopy("There is no manifest.json in this ZIP file, or the file is larger than any copy.")
            content = archive.read(MANIFEST)
            _compare(json.loads(content), sizes, lambda name: archive.open(name))
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError) as error:
        raise NotACopy("This ZIP file is damaged, or its manifest is.") from error
    return hashlib.sha256(content).hexdigest()


def _compare(manifest: Any, sizes: dict[str, int], opened: Callable[[str], Any]) -> None:
    named = {each["file"]: each["sha256"] for each in manifest["files"]}
    strange = sorted(set(named) ^ (set(sizes) - {MANIFEST}))
    if strange:
        raise NotACopy(f"{strange[0]} is missing from the copy, or was added to it.")
    for name, sha256 in named.items():
        with opened(name) as part:
            if hashlib.file_digest(part, "sha256").hexdigest() != sha256:
                raise NotACopy(f"{name} is not the file that was made: the copy was altered.")


