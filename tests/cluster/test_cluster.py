"""The cluster in short: the main job through the proxy, parts killed, the broker dead, backup and restore.

By hand and longer, with each part killed and the broker dead for a minute: `python -m tests.cluster`.
"""

import shutil
from collections.abc import Iterator

import pytest

from tests.browser.conftest import CHROMIUM
from tests.cluster import walk
from tests.cluster.cluster import KINDS, WEBS, WORKERS, Cluster, missing
from tests.cluster.compose import FILE, filled, parsed, services
from tests.faults import findings
from tests.faults.campaign import Campaign
from tests.scratch import scratch_folder

needs_programs = pytest.mark.skipif(bool(missing()), reason=f"not on this machine: {missing()}")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
BROKER_DEAD_SECONDS = 3


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    """Two writers on a cluster; it is stopped and swept away afterwards."""
    place = scratch_folder()
    made = walk.campaign_on(place, writers=2, seed=1)
    yield made
    made.stop()
    shutil.rmtree(place, ignore_errors=True)


@needs_programs
@needs_browser
@pytest.mark.requirement("R64")
@pytest.mark.timeout(900)  # ten processes start; on a busy machine each takes its time
def test_a_cluster_does_the_main_job_and_loses_nothing_when_its_parts_die(campaign: Campaign) -> None:
    campaign.start()
    cluster = campaign.product
    walk.deployment_is_clean(cluster)
    walk.plain_http_leads_to_tls(cluster)
    job = walk.main_job(campaign, figure_ms=60_000)
    walk.somebody_guesses(cluster, job["coordinator"])
    for kind in ("web 1", "worker-now", "postgres"):
        campaign.round(kind)
    assert walk.broker_is_dead(campaign, BROKER_DEAD_SECONDS) > 0, "nobody could save without the broker"
    walk.backup_comes_back(cluster)
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
