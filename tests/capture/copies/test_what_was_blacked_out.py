"""Words that were blacked out stand on no copy, and the copy verifies all the same."""

from pathlib import Path

import pytest

from capture.copies import archive, package
from tests.blacked import NAME, blacked_out, typed
from tests.capture.copies.pdf import text_of
from tests.capture.copies.story import unpacked, verified
from tests.capture.copies.test_certified_copy import squeezed
from tests.cast import Cast, cast_of
from trial.models import Role

pytestmark = pytest.mark.requirement("R31")


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast, with a deviation whose words named somebody; they are blacked out."""
    made = cast_of()
    typed(made.participant, made.people[Role.COORDINATOR])
    blacked_out(made)
    return made


def test_no_copy_holds_the_words_and_each_verifies(cast: Cast, tmp_path: Path) -> None:
    copy = unpacked(package.copy_of(None, cast.participant), tmp_path / "copy")
    for place, site in (("site", cast.north), ("study", None)):
        archive.build(None, site, tmp_path / place)
    for folder in (copy, tmp_path / "site", tmp_path / "study"):
        assert not [path for path in folder.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]
        code, said = verified(folder)
        assert code == 0 and "by their hash alone" in said and "redactions are named whose approval" not in said, said
    assert verified(tmp_path / "study", script="verify_trail.py")[0] == 0
    text = squeezed(text_of((copy / "NET-001.pdf").read_bytes()))
    assert squeezed(NAME) not in text and squeezed("Called [redacted] at home.") in text
    assert squeezed("Redactions") in text and squeezed("Redacted Of change") in text
