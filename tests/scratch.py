"""A folder for a server of the tests."""

import tempfile
from pathlib import Path


def scratch_folder(parent: Path | None = None) -> Path:
    """A short temporary folder that `nobody` may pass, in /tmp or the parent given."""
    place = Path(tempfile.mkdtemp(prefix="endpoint-", dir=parent or "/tmp"))
    place.chmod(0o711)
    return place
