"""The vendored scripts, styles and fonts are byte for byte the ones that were checked in."""

import hashlib
from pathlib import Path

import pytest

TRIAL = Path(__file__).resolve().parent.parent / "trial"
VENDOR, FONTS = TRIAL / "static" / "vendor", TRIAL / "drawing" / "fonts"


def stated(folder: Path) -> dict[str, str]:
    """File name → SHA-256 in hexadecimal, as SHA256SUMS states it."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name.strip(): digest for digest, name in (line.split(maxsplit=1) for line in lines)}


@pytest.mark.requirement("R68")
@pytest.mark.parametrize("folder", [VENDOR, FONTS], ids=["scripts and styles", "fonts"])
def test_every_vendored_file_has_its_stated_checksum(folder: Path) -> None:
    shipped = [path for path in folder.iterdir() if path.name not in ("SHA256SUMS", "README.md")]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped}
    assert found == stated(folder)


def test_no_vendored_file_points_to_a_source_map() -> None:
    assert [path.name for path in VENDOR.glob("*.*s") if b"sourceMappingURL" in path.read_bytes()] == []
