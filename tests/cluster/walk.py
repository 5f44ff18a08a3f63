"""What is tried on the cluster, by the short test and by hand."""

import http.client
import json
import re
import ssl
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

from tests.cluster.cluster import ROOT, Cluster
from tests.cluster.job import in_a_browser
from tests.cluster.people import writers_of
from tests.faults.campaign import Campaign, p95, until
from tests.faults.crowd import Crowd
from tests.faults.writer import HIDDEN, Unanswered
from trial.runtime.addresses import BROKER_PATIENCE_SECONDS

STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
WRONG_PASSWORDS = 6


def campaign_on(folder: Path, writers: int, seed: int, root: Path = ROOT) -> Campaign:
    """A cluster of this checkout, or of another one, and its writers; nothing runs yet."""
    cluster = Cluster(folder, root)
    return Campaign(folder, writers, seed, cluster, lambda *words: writers_of(cluster.trusts())(*words))


def deployment_is_clean(cluster: Cluster) -> None:
    """The checks of Django for a deployment find nothing, with the environment of the web server."""
    said = cluster.manage("check", "--deploy", "--fail-level", "WARNING")
    assert "no issues" in said, said


def main_job(campaign: Campaign, figure_ms: int) -> dict[str, str]:
    """Two scans typed in a browser move the chair's figure; returns who was there."""
    job = campaign.ask("job")
    assert "error" not in job, job
    assert in_a_browser(campaign.product.address, job, figure_ms) == []
    return dict(job)


@dataclass(frozen=True)
class Trouble:
    """What people noticed of a trouble: saves acknowledged meanwhile, the seconds that half and that 95 of 100 of them
    took at most, after how many seconds all was well again, and by what factor other work on the machine made all of it
    longer."""

    saved: int
    median: float
    p95: float
    well_after: float
    factor: float

    @classmethod
    def of(cls, took: Sequence[float], well_after: float, crowd: Crowd) -> "Trouble":
        return cls(len(took), statistics.median(took), p95(took), well_after, crowd.factor)

    def within(self, seconds: float, well_after: float) -> "Trouble":
        """Itself, if it kept these limits; what else runs on the machine makes everything as much longer."""
        assert self.p95 <= seconds * self.factor and self.well_after <= well_after * self.factor, str(self)
        return self

    def __str__(self) -> str:
        return (f"{self.saved} saves, median {self.median:.2f} s, p95 {self.p95:.2f} s, "
                f"well after {self.well_after:.1f} s; the machine is crowded by {self.factor:.1f}")  # fmt: skip


def broker_fails(campaign: Campaign, seconds: float, hangs: bool) -> Trouble:
    """While it hangs or is dead people go on saving, none of them waiting for it, and without it the workers bring the
    groups up to date."""
    with Crowd() as crowd:
        before = [len(each.saves) for each in campaign.writers]
        usual = took_since(campaign, [0] * len(before))
        with campaign.product.failing("valkey", hangs):
            campaign.let(go=True)
            time.sleep(seconds)
            campaign.let(go=False)
            assert campaign.all_idle()
            well_after, took = until(lambda: campaign.ask("behind") == [], 120), took_since(campaign, before)
    campaign.check()
    assert took and usual and well_after is not None, "nobody could save, or nothing was computed"
    found = Trouble.of(took, well_after, crowd)
    # A message is given up after these seconds: a save that waited for the broker would take as much longer than usual.
    at_most = 2 * statistics.median(usual) + BROKER_PATIENCE_SECONDS / 2
    assert found.median <= at_most, f"{found}; expected a median of {at_most:.2f} s at most"
    return found


def took_since(campaign: Campaign, before: Sequence[int]) -> list[float]:
    return [saved - sent for each, count in zip(campaign.writers, before, strict=True)
            for sent, saved in each.saves[count:]]  # fmt: skip


THREADS, PAGES_AFTERWARDS = 32, 60


def database_restarts(campaign: Campaign) -> Trouble:
    """Full pools on both webs, then a restart: after the first page that comes, no page fails."""
    def status(_: int = 0) -> int:
        try:
            return campaign.writers[0]._ask("/work/")[0]
        except Unanswered:
            return 0

    with ThreadPoolExecutor(THREADS) as many:
        assert list(many.map(status, range(THREADS * 6))).count(200) > THREADS, "the pools were not full"
    with Crowd() as crowd:
        answers, took = campaign.product.restart_database(), []
        until(lambda: status() == 200, 60)
        well_after = time.monotonic() - answers
        for _ in range(PAGES_AFTERWARDS):
            began = time.monotonic()
            assert status() == 200, "a page failed after the first that came"
            took.append(time.monotonic() - began)
    return Trouble.of(took, well_after, crowd)


def upgrade(campaign: Campaign, to: Path, seconds: float) -> Trouble:
    """The product of an earlier checkout is brought to this one while people save: database, one web, some time with
    both versions side by side, then everything else."""
    cluster, before = campaign.product, [len(each.saves) for each in campaign.writers]
    with Crowd() as crowd:
        campaign.let(go=True)
        time.sleep(2)
        cluster.root = to
        cluster.migrate()
        cluster.replace("web 2")
        side_by_side = [len(each.saves) for each in campaign.writers]
        time.sleep(seconds)
        took = took_since(campaign, side_by_side)
        for name in ("worker-now", "worker-sweep", "worker-long", "beat", "web 1"):
            cluster.replace(name)
        campaign.let(go=False)
        assert campaign.all_idle()
        campaign.inspect()
        campaign.check()
    assert sum(side_by_side) > sum(before), "nobody could save during the migration"
    return Trouble.of(took, campaign.caught_up[-1], crowd)


def static_files_come(cluster: Cluster) -> None:
    """Every file that the first page names is there, to be kept for ever, by name and content."""
    with urllib.request.urlopen(f"{cluster.address}/sign-in/", context=cluster.trusts()) as page:
        named = set(STATIC.findall(page.read().decode()))
    assert any(each.endswith(".js") for each in named) and any(each.endswith(".css") for each in named)
    for each in named:
        with urllib.request.urlopen(cluster.address + each, context=cluster.trusts()) as file:
            assert file.status == 200 and "immutable" in file.headers["Cache-Control"], each


def somebody_guesses(cluster: Cluster, name: str) -> None:
    """Wrong passwords close an account for a while, and the administrator gets a mail that names the address."""
    for _ in range(WRONG_PASSWORDS):
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=cluster.trusts()),
                                             urllib.request.HTTPCookieProcessor(CookieJar()))  # fmt: skip
        opener.addheaders = [("Referer", cluster.address + "/"), ("X-Forwarded-For", "203.0.113.9")]
        with opener.open(cluster.address + "/sign-in/") as page:
            fields = dict(HIDDEN.findall(page.read().decode()))
        try:
            opener.open(cluster.address + "/sign-in/", urllib.parse.urlencode(
                fields | {"username": name, "password": "a guess at it"}).encode()).close()  # fmt: skip
        except (urllib.error.HTTPError, http.client.HTTPException):
            pass
    assert until(lambda: bool(cluster.mail.kept), 30) is not None, "no mail came"
    # The sender's own word about its address is not believed.
    assert "from 127.0.0.1" in cluster.mail.kept[0].replace("=\r\n", ""), cluster.mail.kept[0]


def backup_is_drilled(cluster: Cluster) -> Path:
    """A backup and its drill, with the roles and folders of compose; the backup."""
    cluster.manage("backup", service="worker-long")
    cluster.manage("restore_drill", service="worker-long")
    return max((cluster.folder / "backups").glob("endpoint-*.dump"))


def backup_comes_back(cluster: Cluster) -> None:
    """A backup, its drill, and its restore into a second database, by the commands of docs/operations.md."""
    newest = backup_is_drilled(cluster)
    with cluster.database("postgres") as database:
        database.execute("CREATE DATABASE endpoint_two OWNER endpoint_owner TEMPLATE template0")
    password = (cluster.folder / "secrets" / "owner_password").read_text()
    place = f"postgresql://endpoint_owner:{password}@127.0.0.1:{cluster.ports['postgres']}/endpoint_two"
    cluster.manage("restore", str(newest), "--into", place, service="migrate")
    counts = []
    for name in ("endpoint", "endpoint_two"):
        with cluster.database(name) as database:
            counts.append(database.execute("SELECT count(*), max(id) FROM trial_version").fetchone())
    manifest = json.loads(newest.with_suffix(".json").read_text())
    assert counts[1] is not None and counts[1][0] == manifest["rows"]["trial_version"], (counts, manifest["rows"])


def plain_http_leads_to_tls(cluster: Cluster) -> None:
    """A browser that asks without TLS is led to it, and one that does not know the certificate is not answered."""
    connection = http.client.HTTPConnection("127.0.0.1", cluster.ports["http"], timeout=10)
    connection.request("GET", "/work/", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, "https://localhost/work/")
    connection.close()
    try:
        urllib.request.urlopen(cluster.address, context=ssl.create_default_context()).close()
    except urllib.error.URLError as refused:
        assert isinstance(refused.reason, ssl.SSLCertVerificationError)
    else:
        raise AssertionError("a certificate of nobody was trusted")
