"""The newest seals go outside the machine: by email and to a time-stamping authority, here OpenSSL's."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core import mail
from django.test import override_settings

from trial.models import Site, operations
from trial.operations import noted_heads, sent_seals
from trial.record import changes
from trial.tasks import verify_audit

pytestmark = [
    pytest.mark.requirement("R21"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is the authority here"),
]
SETUP = """
[ tsa ]
default_tsa = one
[ one ]
serial = {0}/serial
signer_cert = {0}/tsa.pem
certs = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
[ stamps ]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
"""


class Authority:
    """A time-stamping authority in a folder, with its own root; `answers` may be set to another answer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.other = folder, b""
        (folder / "setup").write_text(SETUP.format(folder))
        (folder / "serial").write_text("01\n")
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Root", "-days", "30",
                  "-keyout", "root.key", "-out", "root.pem")  # fmt: skip
        self._run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stamps", "-keyout", "tsa.key",
                  "-out", "tsa.csr")  # fmt: skip
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                  "-days", "30", "-extfile", "setup", "-extensions", "stamps", "-out", "tsa.pem")  # fmt: skip
        authority = self

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(authority.other or authority.stamped(asked))

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stamped(self, asked: bytes) -> bytes:
        """What OpenSSL answers."""
        (self.folder / "asked.tsq").write_bytes(asked)
        self._run("ts", "-reply", "-config", "setup", "-section", "one", "-queryfile", "asked.tsq", "-out", "said.tsr")
        return (self.folder / "said.tsr").read_bytes()

    def verifies(self, place: Path) -> bool:
        """OpenSSL's own word about a stamp."""
        done = subprocess.run(["openssl", "ts", "-verify", "-data", place, "-in", place.with_suffix(".tsr"),
                               "-CAfile", self.folder / "root.pem"], capture_output=True)  # fmt: skip
        return done.returncode == 0

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def authority(database: str, tmp_path: Path) -> Iterator[Authority]:
    """Two changes, a folder of backups, and the authority that this installation uses."""
    for code in ("A", "B"):
        with changes.record(None, "system", code):
            Site.objects.create(code=code, name=code)
    for name in ("authority", "backups"):
        (tmp_path / name).mkdir()
    made = Authority(tmp_path / "authority")
    tsa = {"url": f"http://127.0.0.1:{made.server.server_port}/", "roots": str(tmp_path / "authority" / "root.pem")}
    outbox = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(EMAIL_BACKEND=outbox, BACKUPS=tmp_path / "backups", TSA=tsa,
                           SEALS_MAIL="archive@hospital.example"):  # fmt: skip
        mail.outbox = []  # type: ignore[attr-defined]
        yield made
    made.server.shutdown()
    made.server.server_close()


def note() -> tuple[bool, str]:
    """What System status is told."""
    found = operations.notes()[sent_seals.NAME]
    return found.is_good, found.words


def test_each_night_the_seals_are_mailed_and_stamped_and_openssl_verifies_the_stamp(
    authority: Authority, tmp_path: Path
) -> None:
    assert verify_audit() is True
    (place,) = (tmp_path / "backups").glob("seals_*.txt")
    assert authority.verifies(place) and sent_seals.is_stamped(place)
    (sent,) = mail.outbox
    assert sent.to == ["archive@hospital.example"] and sent.body == place.read_text()
    assert " changes 2:" in sent.body and note() == (True, "email; time stamp")


def test_a_stamped_text_that_was_altered_is_told(authority: Authority, tmp_path: Path) -> None:
    verify_audit()
    (place,) = (tmp_path / "backups").glob("seals_*.txt")
    sound = place.read_text()
    place.write_text(sound.replace("changes 2:", "changes 1:"))
    assert not sent_seals.is_stamped(place)
    assert noted_heads.check().first_break == "Change 1 has a different seal from the one given"
    place.write_text(sound + sound)
    verify_audit()
    assert note()[0] is False and f"{place.name} is not what was stamped" in note()[1]


@pytest.mark.parametrize("other", [b"nonsense", b"the stamp of another text"])
def test_an_answer_that_is_no_stamp_of_these_seals_is_not_kept(
    authority: Authority, tmp_path: Path, other: bytes
) -> None:
    if other != b"nonsense":
        verify_audit()
        (kept,) = (tmp_path / "backups").glob("seals_*.tsr")
        other = kept.read_bytes()
        kept.with_suffix(".txt").unlink()
        kept.unlink()
    authority.other = other
    assert verify_audit() is True
    assert not list((tmp_path / "backups").glob("seals_*"))
    assert note()[0] is False and "no time stamp" in note()[1]


def test_an_authority_that_does_not_answer_stops_no_verification(authority: Authority) -> None:
    authority.server.shutdown()
    authority.server.server_close()
    assert verify_audit() is True and note() == (False, "email; no time stamp")
