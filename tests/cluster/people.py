"""Who uses the cluster: writers and browsers that sign in with password and code, through the proxy with TLS."""

import hmac
import http.cookiejar
import ssl
import struct
import time
import urllib.request
from typing import Any

from tests.faults.pages import PASSWORD, secret_of
from tests.faults.writer import HIDDEN, Stay, Unanswered, Writer

STEP_SECONDS = 30
CODE = "/sign-in/code/"


def code_of(name: str) -> str:
    """What the authenticator shows now (RFC 6238 written out)."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS)
    digest = hmac.new(bytes.fromhex(secret_of(name)), counter, "sha1").digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place:place + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def writers_of(context: ssl.SSLContext) -> type[Writer]:
    """Writers who trust the certificate of this proxy."""

    class OverTls(Writer):
        """Signs in with a code too; says where its forms come from, as browsers do over HTTPS."""

        def _sign_in(self) -> str:
            opener = urllib.request.build_opener(
                urllib.request.HTTPSHandler(context=context),
                urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), Stay(),
            )  # fmt: skip
            opener.addheaders = [("Referer", f"{self.address}/")]
            self._open = opener.open
            super()._sign_in()
            fields = dict(HIDDEN.findall(self._page(CODE)))
            status, _, led_to = self._ask(CODE, fields | {"code": code_of(self.name)})
            if status != 302:
                # The code of these thirty seconds was used already.
                raise Unanswered(f"{status} at the code")
            return led_to

    return OverTls


def sign_in(page: Any, address: str, name: str) -> None:
    """A person at a browser."""
    page.goto(address + "/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("[name=code]", code_of(name))
    page.click("main button[type=submit]")
    page.locator("nav").first.wait_for()
