"""What the live suite starts from. See README.md."""

import os
from collections.abc import Iterator

import pytest
from cluster.live.breaking import remove_all
from cluster.live.reader import reader_of
from cluster.live.real_cluster import Cluster
from cluster.live.settings import KUBECONFIG, name_of_run
from cluster.live.suite import Suite
from cluster.live.ways import Way, all_ways

NEEDS = "needs a Kubernetes cluster: DOCTOR_TEST_KUBECONFIG names none (tests/cluster/live/README.md)"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each way; one that is skipped and says why, where no cluster is named."""
    if "way" not in metafunc.fixturenames:
        return
    needs = next(metafunc.definition.iter_markers("cluster"))
    chosen = [way for way in all_ways() if not needs.kwargs.get("as_reader") or way.as_reader]
    if KUBECONFIG is None:
        metafunc.parametrize("way", [pytest.param(None, marks=pytest.mark.skip(NEEDS), id="none")])
    else:
        metafunc.parametrize("way", chosen, ids=[way.name for way in chosen])


@pytest.fixture(scope="session")
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """The services of this run. In one process, all that tests ask for are begun at once."""
    assert KUBECONFIG is not None, NEEDS
    cluster, run = Cluster(KUBECONFIG), name_of_run()
    try:
        with reader_of(cluster, run, tmp_path_factory.mktemp("reader")) as reader:
            suite = Suite(cluster, run, reader)
            try:
                if "PYTEST_XDIST_WORKER" not in os.environ:
                    suite.begin(_asked_for(request.session, cluster.minor))
                yield suite
            finally:
                suite.close()
        left = remove_all(cluster, run)
    finally:
        cluster.close()
    assert not left, f"not removed: {left}"


@pytest.fixture
def served_way(way: Way, suite: Suite) -> Way:
    """A way that this cluster can be broken in."""
    if suite.cluster.minor < way.since_minor:
        pytest.skip(f"needs Kubernetes 1.{way.since_minor}, this is 1.{suite.cluster.minor}")
    return way


def _asked_for(session: pytest.Session, minor: int) -> list[Way]:
    """The ways of the tests that were collected, in their order."""
    specs = [item.callspec for item in session.items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    asked = (spec.params.get("way") for spec in specs)
    return [way for way in asked if isinstance(way, Way) and minor >= way.since_minor]
