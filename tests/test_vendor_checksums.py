"""The vendored scripts and styles are byte for byte the ones that were checked in."""

import hashlib
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "trial" / "static" / "vendor"


def stated() -> dict[str, str]:
    """File name → SHA-256 in hexadecimal, as SHA256SUMS states it."""
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    return {name.strip(): digest for digest, name in (line.split(maxsplit=1) for line in lines)}


def test_every_vendored_file_has_its_stated_checksum() -> None:
    shipped = [path for path in VENDOR.iterdir() if path.name not in ("SHA256SUMS", "README.md")]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped}
    assert found == stated()


def test_no_vendored_file_points_to_a_source_map() -> None:
    assert [path.name for path in VENDOR.glob("*.*s") if b"sourceMappingURL" in path.read_bytes()] == []
