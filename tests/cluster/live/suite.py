"""All services of a run: several are broken at the same time, each is diagnosed as soon as it shows."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster.live.breaking import break_service, namespace_for, of_doctor
from cluster.live.diagnosing import diagnose
from cluster.live.real_cluster import Cluster
from cluster.live.settings import AT_ONCE, IMAGE
from cluster.live.ways import Way


@dataclass(frozen=True)
class Outcome:
    """What doctor said of one service, as the kubeconfig's user and, where asked for, with the reader's rights."""

    report: dict[str, Any]
    as_reader: dict[str, Any] | None
    left_behind: list[str]


class Suite:
    """Breaks and diagnoses ways in the background, in the order in which they are asked for."""

    def __init__(self, cluster: Cluster, run: str, reader: Path) -> None:
        self.cluster = cluster
        self.run = run
        self._reader = reader
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="live")
        self._begun: dict[str, Future[Outcome]] = {}

    def begin(self, ways: Iterable[Way]) -> None:
        """Start with ways that have not been started."""
        for way in ways:
            if way.name not in self._begun:
                self._begun[way.name] = self._pool.submit(self._examine, way)

    def outcome(self, way: Way) -> Outcome:
        """Wait for what doctor says of a way. Raises NotBroken, NoReport, Refused."""
        self.begin([way])
        return self._begun[way.name].result()

    def close(self) -> None:
        """Stop what runs, and what has not begun; every namespace is removed on the way."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def _examine(self, way: Way) -> Outcome:
        with namespace_for(self.cluster, way, self.run) as namespace:
            break_service(self.cluster, way, namespace, IMAGE, self._stop)
            report = diagnose(self.cluster.kubeconfig, way.target, namespace)
            as_reader = diagnose(self._reader, way.target, namespace) if way.as_reader else None
            return Outcome(report, as_reader, of_doctor(self.cluster, namespace))
