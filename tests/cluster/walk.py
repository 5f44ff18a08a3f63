"""What is tried on the cluster, by the short test and by hand."""

import http.client
import json
import ssl
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

from tests.cluster.cluster import Cluster
from tests.cluster.job import in_a_browser
from tests.cluster.people import writers_of
from tests.faults.campaign import Campaign, until
from tests.faults.writer import HIDDEN

WRONG_PASSWORDS = 6


def campaign_on(folder: Path, writers: int, seed: int) -> Campaign:
    """A cluster and its writers; nothing runs yet."""
    cluster = Cluster(folder)
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


def broker_is_dead(campaign: Campaign, seconds: float) -> int:
    """While it is dead people go on saving; how many saves were acknowledged in that time."""
    before = sum(len(each.saves) for each in campaign.writers)
    campaign.let(go=True)
    campaign.product.dead_for("valkey", seconds)
    saved = sum(len(each.saves) for each in campaign.writers) - before
    campaign.let(go=False)
    assert campaign.all_idle()
    campaign.check()
    return saved


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


def backup_comes_back(cluster: Cluster) -> None:
    """A backup, its drill, and its restore into a second database, by the commands of docs/operations.md."""
    cluster.manage("backup", service="worker-long")
    cluster.manage("restore_drill", service="worker-long")
    newest = max((cluster.folder / "backups").glob("endpoint-*.dump"))
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
