"""The cluster in short: saves through the proxy, a web killed, the broker hung and dead, a mail, a backup, its drill.

What is left to `python -m tests.cluster`, by hand: the main job in a browser, each other part killed, the broker dead
for a minute, the database restarted, two versions side by side, and a restore. Workers and a database that are killed,
and a full pool, are tried among the tests without servers (`tests/faults`, `tests/runtime`).
"""

import shutil
from collections.abc import Iterator

import pytest

from tests.cluster import walk
from tests.cluster.cluster import KINDS, WEBS, WORKERS, Cluster, missing
from tests.cluster.compose import FILE, filled, parsed, services
from tests.faults import findings
from tests.faults.campaign import Campaign
from tests.scratch import scratch_folder

needs_programs = pytest.mark.skipif(bool(missing()), reason=f"not on this machine: {missing()}")
BROKER_FAILS_SECONDS = 4


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    """Two writers on a cluster; it is stopped and swept away afterwards."""
    place = scratch_folder()
    made = walk.campaign_on(place, writers=2, seed=1)
    yield made
    made.stop()
    shutil.rmtree(place, ignore_errors=True)


@needs_programs
@pytest.mark.long
@pytest.mark.requirement("R64")
@pytest.mark.timeout(900)  # ten processes start; on a busy machine each takes its time
def test_a_cluster_saves_mails_backs_up_and_loses_nothing_when_a_web_or_the_broker_dies(campaign: Campaign) -> None:
    campaign.start()
    cluster = campaign.product
    walk.plain_http_leads_to_tls(cluster)
    walk.static_files_come(cluster)
    walk.somebody_guesses(cluster, campaign.ask("job")["coordinator"])
    campaign.round("web 1")
    for hangs in (True, False):
        walk.broker_fails(campaign, BROKER_FAILS_SECONDS, hangs)
    walk.backup_is_drilled(cluster)
    assert campaign.violations == []
    assert len(findings.notes(campaign.notes.iterdir()).saved) > 10


def test_the_cluster_runs_every_service_of_compose_as_it_is_written() -> None:
    written = services()
    assert {"postgres", "valkey", "migrate", "web", "beat", *WORKERS} == set(written)
    assert set(KINDS) - set(written) == {*WEBS, "nginx", "database backend"}
    for name, service in written.items():
        assert service.command, name
    for name in ("web", *WORKERS, "beat"):
        assert written[name].environment["ENDPOINT_ENV"] == "production", name


def test_nothing_of_compose_leads_from_the_cluster_to_another_machine_or_folder() -> None:
    place = scratch_folder()
    try:
        cluster = Cluster(place)
        for name in ("migrate", "web", *WORKERS, "beat"):
            own = {words for key, words in cluster.environment_of(name).items() if key in services()[name].environment}
            strange = [words for words in own if "@postgres" in words or "//valkey" in words or
                       words.startswith("/") and not words.startswith(str(place))]  # fmt: skip
            assert strange == [], name
    finally:
        shutil.rmtree(place)


def test_what_compose_writes_is_read_or_refused() -> None:
    assert parsed("a: &x\n  b: 1  # one\n  c: [\"d\", \"e\"]\nf:\n  <<: *x\n  b: 2\n") == {
        "a": {"b": "1", "c": ["d", "e"]}, "f": {"b": "2", "c": ["d", "e"]}}  # fmt: skip
    with pytest.raises(AssertionError, match="cannot read"):
        parsed("a\n")
    assert filled("${A:-1}/${B:?say it}", {"B": "2"}) == "1/2"
    with pytest.raises(KeyError):
        filled("${B:?say it}", {})
    assert "services" in parsed(FILE.read_text(encoding="utf-8"))
