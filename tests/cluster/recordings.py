"""Recorded answers of a real API server, and how they are played."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cluster.api_server import ApiServer
from cluster.pod_logs import Which

FOLDER = Path(__file__).resolve().parent.parent / "recorded" / "kubernetes"
WAYS = FOLDER.parent / "ways"
"""What the live suite breaks, recorded some seconds after it showed."""
CASES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/truth.json")))
MORE = tuple(sorted(path.parent.name for path in WAYS.glob("*/truth.json")))
RECORDED = ("pods", "events", "deployments", "replicasets", "services", "endpoints", "configmaps", "nodes")
_LOG = re.compile(r"log\.(?P<pod>.+)\.(?P<container>[^.]+)\.(?P<which>current|previous)\.txt")
_REFUSED = re.compile(r"ERROR Error from server \(\w+\): (?P<message>.*)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Truth:
    """What is wrong with a service, in words, and groups of words of which a right diagnosis mentions one each."""

    cause: str
    verdict: str
    cause_must_mention: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Recording:
    """One case: its namespace is called like it, its deployment `score`."""

    folder: Path
    truth: Truth

    @property
    def name(self) -> str:
        """Name of the case and of its namespace."""
        return self.folder.name

    @property
    def lists(self) -> dict[str, list[dict[str, Any]]]:
        """The recorded objects by plural name; the nodes are those of all cases."""
        paths = [FOLDER / "nodes.json", *self.folder.glob("*.json")]
        return {path.stem: json.loads(path.read_bytes())["items"] for path in paths if path.stem != "truth"}

    @property
    def target(self) -> str:
        """What is to be diagnosed: `deployment/score`, or of another kind."""
        kinds = ("deployments", "statefulsets", "daemonsets", "jobs")
        return f"{next((kind for kind in kinds if self.lists.get(kind)), 'pods').removesuffix('s')}/score"

    @property
    def logs(self) -> dict[Which, bytes]:
        """The recorded logs as they are, refusals included."""
        found = ((path, _LOG.fullmatch(path.name)) for path in self.folder.glob("log.*.txt"))
        return {
            Which(self.name, match["pod"], match["container"], match["which"] == "previous"): path.read_bytes()
            for path, match in found
            if match
        }

    @property
    def end(self) -> datetime:
        """When it was recorded: the latest time that is told anywhere in it, and some seconds."""
        texts = [path.read_text(encoding="utf-8") for path in self.folder.iterdir() if path.name != "truth.json"]
        latest = max(time for text in texts for time in _TIME.findall(text))
        return datetime.fromisoformat(latest).replace(tzinfo=UTC) + timedelta(seconds=5)


def recording(case: str) -> Recording:
    """The recording of a case."""
    folder = next(root / case for root in (FOLDER, WAYS) if (root / case).is_dir())
    held = json.loads((folder / "truth.json").read_bytes())
    mentioned = tuple(tuple(group) for group in held["cause_must_mention"])
    return Recording(folder, Truth(held["cause"], held["verdict"], mentioned))


def refusal(log: bytes) -> str | None:
    """The server's words where it refused a log."""
    found = _REFUSED.match(log.decode(errors="replace"))
    return found["message"].strip() if found else None


def load(server: ApiServer, cases: Iterable[str]) -> None:
    """Give a server the objects and logs of cases, and the time of the latest."""
    for case in cases:
        one = recording(case)
        for plural, items in one.lists.items():
            server.add(plural, *items)
        for which, text in one.logs.items():
            if (words := refusal(text)) is not None:
                server.logs.refused[which] = words
            else:
                server.add_log(which, text)
        server.clock = max(filter(None, (server.clock, one.end)))
