"""The descriptions of the ways, without a cluster."""

import re

from cluster.live.real_cluster import PATHS
from cluster.live.ways import HEALTHY, all_ways, merged

WAYS = all_ways()


def test_names_are_told_apart_and_fit_a_namespace() -> None:
    names = [way.name for way in WAYS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?", name) for name in names)


def test_every_way_says_what_is_true_and_when_it_shows() -> None:
    assert not [way.name for way in WAYS if not way.until or not {*way.until} <= {*PATHS, "log"}]
    assert not [way.name for way in WAYS if (way.verdict == "healthy") == bool(way.mention)]
    for pattern in (pattern for way in WAYS for pattern in way.until.values()):
        re.compile(pattern)


def test_objects_can_be_made_and_hold_no_placeholder() -> None:
    for way in WAYS:
        made = [*way.supplies("image:1", "node1"), way.workload("image:1", "node1")]
        assert {thing["kind"] for thing in made} <= {*PATHS}
        assert "$IMAGE" not in str(made)
        assert "$NODE" not in str(made)


def test_every_way_differs_from_the_healthy_service() -> None:
    for way in WAYS:
        same = way.workload("i", "n") == way.healthy_workload("i", "n") and way.code == HEALTHY
        assert not same or way.objects or way.service or way.labels_of_namespace or way.verdict == "healthy", way.name


def test_merging() -> None:
    old = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merged(old, {"a": {"b": None, "e": 3}, "d": [2]}) == {"a": {"c": 2, "e": 3}, "d": [2]}
    assert old == {"a": {"b": 1, "c": 2}, "d": [1]}
