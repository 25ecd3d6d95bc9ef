"""`doctor diagnose k8s -A` over a generated cluster, beside `kubectl get pods,events -A -o json` of the same server.

5,000 pods, 60 of them broken in 12 ways, behind 20 ms of latency; the server is a process of its own and keeps its
pages ready. `python -m benchmarks.cluster` prints these figures alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Ratio, command, in_turn

ROOT = Path(__file__).resolve().parent.parent
DOCTOR = Path(sys.executable).with_name("doctor")
PODS = 5000
BROKEN = 60
LATENCY = 0.02  # seconds, of every answer
ROUNDS = 3
MOST_CALLS = 20 + 3 * BROKEN
MOST_MEMORY = 250  # MB
FOUND = (1,)


@dataclass
class Served:
    """A server in a process of its own."""

    process: "subprocess.Popen[str]"
    kubeconfig: Path

    def calls(self) -> int:
        """Requests since this was asked last."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@dataclass
class Scan:
    """A scan of everything, and what it took: calls, and the most memory in MB."""

    served: Served
    folder: Path
    calls: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        """Run it once."""
        self.served.calls()
        words = ["diagnose", "k8s", "-A", "--kubeconfig", self.served.kubeconfig, "-q", "-o", "json=/dev/null"]
        with (self.folder / "said").open("wb") as sink:
            process = subprocess.Popen([DOCTOR, *words], stdout=sink, stderr=sink)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said = (self.folder / "said").read_text(encoding="utf-8")
        assert process.returncode in FOUND, (process.returncode, said[-1000:])
        self.calls.append(self.served.calls())
        self.memory.append(used.ru_maxrss * 1024 / 1e6)


def ratios() -> list[Ratio]:
    """Calls, memory and time; none where kubectl is not installed."""
    if not shutil.which("kubectl"):
        sys.stderr.write("no kubectl: a scan of a cluster is not compared\n")
        return []
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as served:
        scan = Scan(served, Path(name))
        ours, theirs = in_turn(ROUNDS, scan, listing(served, Path(name)))
    calls, memory = max(scan.calls), max(scan.memory)
    return [
        Ratio(
            what=f"API calls of a scan, {PODS:,} pods, {BROKEN} broken",
            measured=str(calls),
            promised=f"< {MOST_CALLS}",
            met=calls < MOST_CALLS,
        ),
        Ratio(
            what="the most memory of that scan",
            measured=f"{memory:.0f} MB",
            promised=f"< {MOST_MEMORY} MB",
            met=memory < MOST_MEMORY,
        ),
        Ratio(
            what="that scan / kubectl get pods,events -A -o json",
            measured=f"{ours:.2f} / {theirs:.2f} s = {ours / theirs:.2f}x",
            promised="< 1.5x",
            met=ours < 1.5 * theirs,
        ),
    ]


def listing(served: Served, folder: Path) -> Callable[[], None]:
    """What a person would type to begin with."""
    words = ["kubectl", "get", "pods,events", "-A", "-o", "json"]
    return command(*words, KUBECONFIG=str(served.kubeconfig), HOME=str(folder))


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The server, until the end."""
    kubeconfig = folder / "kubeconfig"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.cluster", "serve", kubeconfig],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", "the server did not start"
        yield Served(process, kubeconfig)
    finally:
        process.communicate()  # it ends with its standard input


def serve(kubeconfig: Path) -> None:
    """Be that server: for each line of standard input, tell how many requests came since the last."""
    sys.path.insert(0, str(ROOT / "tests"))
    from cluster.api_server import ApiServer  # type: ignore[import-not-found]
    from cluster.generated import fill  # type: ignore[import-not-found]

    with ApiServer(latency=LATENCY) as server:
        fill(server, pods=PODS, broken=BROKEN)
        server.kubeconfig(kubeconfig)
        print("ready", flush=True)
        for _ in sys.stdin:
            print(len(server.requests), flush=True)
            server.requests.clear()


def main() -> None:
    """Print the figures."""
    for ratio in ratios():
        print(f"{ratio.what:52} {ratio.measured:>28}  {ratio.promised:>22}  {'met' if ratio.met else 'MISSED'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    else:
        main()
