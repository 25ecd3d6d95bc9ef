"""Services broken in a real cluster, diagnosed, and compared with the truth. See README.md."""

import pytest
from cluster.live.diagnosing import differences
from cluster.live.suite import Suite
from cluster.live.ways import Way


@pytest.mark.cluster
def test_broken_service_is_diagnosed(served_way: Way, suite: Suite) -> None:
    outcome = suite.outcome(served_way)
    assert not differences(served_way, outcome.report)
    assert not outcome.left_behind


@pytest.mark.cluster(as_reader=True)
def test_minimal_role_is_enough(served_way: Way, suite: Suite) -> None:
    outcome = suite.outcome(served_way)
    assert outcome.as_reader is not None
    assert not differences(served_way, outcome.as_reader)
