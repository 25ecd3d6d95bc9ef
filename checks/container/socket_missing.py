"""A variable names a Unix socket that is not in the container.

What it finds
-------------
A variable whose value is `unix://` and a path, where nothing is mounted, and a connection that failed for want of a
file.

Why it breaks
-------------
A Unix socket is a file that another process makes: the IoT Edge runtime (`IOTEDGE_WORKLOADURI`), the engine
(`DOCKER_HOST`), an agent on the host. A container sees it only through a mount. The call to `connect` fails with "No
such file or directory", and names no path.

How to fix
----------
Mount the socket at the same path, or start the module by the runtime that gives it.

Learn more
----------
connect(2), ENOENT. IoT Edge documentation, "Understand Azure IoT Edge modules": `IOTEDGE_WORKLOADURI`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import NO_ENTRY, failed
from checks.container.places import container_of, mount_over, tail
from checks.container.remake import remade
from checks.container.scenes import bind, frozen, seen
from checks.container.seen import inspected
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.runtime.wording import titled

_SOCKET = re.compile(r"(?:http\+)?unix:/{2,3}(?P<path>/?[^\s?#]+)")
_CONNECTS = re.compile(r"\bconnect\w*\(")


@check(
    "container.socket-missing",
    needs=("container",),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=(
        "logs.unrecognised-exception",
        "logs.file-missing",
        "logs.connection-refused",
        "runtime.file-missing",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def socket_missing(evidence: Evidence) -> Iterator[Finding]:
    """A file that was missed by a call to connect, and a variable that names a socket which no mount brings."""
    container = container_of(evidence)
    named = {
        name: "/" + said["path"].lstrip("/")
        for name, value in sorted(container.environment.items())
        if (said := _SOCKET.match(value))
    }
    lacking = {name: path for name, path in named.items() if mount_over(container, path) is None}
    for one in failed(evidence):
        connects = any(_CONNECTS.search(frame.code) for frame in one.failure.error.frames[-3:])
        if not lacking or one.number != NO_ENTRY or one.written or not connects:
            continue
        code = " ".join(frame.code for frame in one.failure.error.frames)
        name = next((name for name in lacking if name in code), next(iter(lacking)))
        path = lacking[name]
        yield one.finding(
            titled(f"{name} names the socket {tail(path)}, not mounted", 88),
            saw=(inspected(container, f"variable {name}={container.environment[name]}"),),
            about=(f"variable:{name}", f"file:{path}"),
            fixes=(
                remade(
                    f"mount {path}",
                    container,
                    f"-v {path}:{path}",
                    compose=f'volumes: ["{path}:{path}"]',
                    edge=f'"HostConfig": {{"Binds": ["{path}:{path}"]}}',
                ),
            ),
        )
        return


EDGE = {"IOTEDGE_WORKLOADURI": "unix:///var/run/iotedge/workload.sock"}
LOST = (
    'Traceback (most recent call last):\n  File "/app/main.py", line 11, in connect\n    self.sock.connect(WORKLOAD)\n'
    "FileNotFoundError: [Errno 2] No such file or directory\n"
)
CASES = (
    fires(
        seen(frozen(), LOST, environment=EDGE),
        saw="the socket /var/run/iotedge/workload.sock, not mounted",
        line=11,
        findings=1,
    ),
    fires(seen(frozen(), LOST, environment={"DOCKER_HOST": "unix:///var/run/docker.sock"}), saw="DOCKER_HOST"),
    quiet(
        seen(frozen(), LOST, environment=EDGE, mounts=(bind("/var/run/iotedge", "/var/run/iotedge"),)), name="mounted"
    ),
    quiet(seen(frozen(), environment=EDGE), name="nothing failed"),
    quiet(seen(frozen(), LOST.replace("connect(", "open("), environment=EDGE), name="another call"),
    quiet(seen(frozen(), LOST, environment={"A": "http://b"}), name="no socket is named"),
)
