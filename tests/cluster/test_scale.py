"""A scan asks for lists once and for few logs, however many pods there are."""

import math
import re
from collections import Counter
from pathlib import Path

from cluster.api_server import ApiServer
from cluster.generated import WAYS, fill
from cluster.recordings import recording
from cluster.test_recordings import is_told

from doctor.cluster.api import Access
from doctor.cluster.diagnosis import diagnose
from doctor.cluster.listing import PAGE
from doctor.cluster.wishes import Wishes

BROKEN = 2 * len(WAYS)


def test_calls_of_a_scan(api_server: ApiServer, kubeconfig: Path) -> None:
    fill(api_server, pods=600, broken=BROKEN)
    done = diagnose([], Wishes(access=Access(kubeconfig), everywhere=True))

    calls = Counter(re.sub(r"(namespaces|pods)/[^/]+", r"\1/*", call) for call in api_server.calls().elements())
    logs = calls.pop("GET /api/v1/namespaces/*/pods/*/log")
    assert logs <= 3 * BROKEN
    assert sum(calls.values()) < 25 + 2  # one a kind, one more of pods and of events, which have two pages
    assert calls["GET /api/v1/pods"] == 2
    assert not any("/namespaces/" in call for call in calls), "nothing is asked of single pods or namespaces"

    failing = [one for one in done.reports if one.causes]
    assert len(failing) == BROKEN
    for number in range(BROKEN):
        (report,) = [one for one in failing if one.target.name.endswith(f"/broken-{number}")]
        is_told(report, recording(WAYS[number % len(WAYS)]).truth)


def test_more_pods_take_no_more_calls_but_pages(api_server: ApiServer, kubeconfig: Path) -> None:
    wishes = Wishes(access=Access(kubeconfig), everywhere=True)
    fill(api_server, pods=100, broken=0)
    diagnose([], wishes)
    few = api_server.calls()
    api_server.requests.clear()
    fill(api_server, pods=900, broken=0)
    done = diagnose([], wishes)
    assert {one.verdict for one in done.reports} == {"healthy"}
    more = {
        f"GET /api/v1/{plural}": math.ceil(len(api_server.store.all("", plural)) / PAGE) - 1
        for plural in ("pods", "events")
    }
    assert api_server.calls() - few == more
    assert not any("/log" in call for call in api_server.calls())
