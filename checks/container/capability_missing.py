"""The container may not make a call for which root needs a capability.

What it finds
-------------
A call that was refused with "Operation not permitted", whose capability the container was started without
(`--cap-drop`), or which the engine gives to no container.

Why it breaks
-------------
Root inside of a container has a part of root's rights only. Without CHOWN it cannot give files away, without SETUID
and SETGID it cannot become another user: servers that start as root and change to a user (`gunicorn --user`, nginx,
supervisord) fail at that. File modes have nothing to do with it.

How to fix
----------
Let the container start as that user (`--user`), so that nothing has to change, or add the one capability.

Learn more
----------
capabilities(7). Docker documentation, "Runtime privilege and Linux capabilities": those that are given by default.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import DENIED, NOT_PERMITTED, Failed, refused
from checks.container.places import container_of
from checks.container.scenes import frozen, seen
from checks.container.seen import inspected
from checks.containers import Container, Limits
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled
from checks.text import listed

_NEEDS = (
    (re.compile(r"\bl?chown\("), "CHOWN"),
    (re.compile(r"\bset(?:re|res)?uid\("), "SETUID"),
    (re.compile(r"\bset(?:re|res)?gid\(|\b(?:setgroups|initgroups)\("), "SETGID"),
    (re.compile(r"\bbind\("), "NET_BIND_SERVICE"),
    (re.compile(r"\bnice\(|\bsetpriority\(|\bsched_set\w+\("), "SYS_NICE"),
    (re.compile(r"\bchroot\("), "SYS_CHROOT"),
    (re.compile(r"\bsetrlimit\("), "SYS_RESOURCE"),
    (re.compile(r"\bmlock(?:all)?\("), "IPC_LOCK"),
)
_USER = re.compile(r"--(?:user|group|uid|gid)\b")
NEVER_GIVEN = frozenset({"SYS_NICE", "SYS_RESOURCE", "IPC_LOCK"})
"""Of those above, what no container gets unless asked for. Source: moby `oci/caps/defaults.go`."""


@check(
    "container.capability-missing",
    needs=("container",),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.permission-denied",
        "container.model-not-readable",
        "container.read-only-file-system",
        "logs.permission-denied",
        "logs.unrecognised-exception",
        "logs.worker-exception",
        "runtime.permission-denied",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def capability_missing(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all, by the calls that were refused; of a loop every start has its own traceback."""
    container = container_of(evidence)
    if container.limits.privileged:
        return
    met = [(one, name) for one in refused(evidence, NOT_PERMITTED, DENIED) if (name := _lacked(one, container))]
    if not met:
        return
    names = list(dict.fromkeys(name for _, name in met))
    first, every = met[0][0], tuple(entry for one, _ in met for entry in one.about)
    changes = _USER.search(" ".join(container.command)) is not None
    dropped = listed(list(container.limits.dropped_capabilities), 6)
    yield first.finding(
        titled(f"root may not do that in the container: the capability {listed(names, 2)} is missing", 88),
        saw=(inspected(container, f"CapDrop: {dropped}" if dropped else "no capability was added"),),
        about=every,
        fixes=(
            *(
                (
                    Fix(
                        title="start as that user at once, and leave the change of user out",
                        commands=("--user <user>",),
                    ),
                )
                if changes or "CHOWN" in names
                else ()
            ),
            Fix(
                title="add what it needs",
                commands=(" ".join(f"--cap-add {name}" for name in _added(names, container)),),
            ),
        ),
    )


def _lacked(one: Failed, container: Container) -> str | None:
    """The capability that a refused call needs and the container does not have."""
    frames = one.failure.error.frames
    code = frames[-1].code if frames else ""
    need = next((name for pattern, name in _NEEDS if pattern.search(code)), None)
    if need is None or (one.number == DENIED) != (need == "NET_BIND_SERVICE"):
        return None
    dropped = {name.upper().removeprefix("CAP_") for name in container.limits.dropped_capabilities}
    return need if need in NEVER_GIVEN or {"ALL", need} & dropped else None


def _added(names: list[str], container: Container) -> list[str]:
    """A server that changes its user needs all three, and says so one after the other."""
    changes = {"CHOWN", "SETUID", "SETGID"}
    return sorted(changes) if changes & set(names) and _USER.search(" ".join(container.command)) else names


def _raised(code: str, error: str) -> str:
    return (
        'Traceback (most recent call last):\n  File "/opt/env/site-packages/gunicorn/util.py", line 180, '
        f"in f\n    {code}\nPermissionError: {error}\n"
    )


NOTHING = Limits(dropped_capabilities=("ALL",))
CHANGES = ("gunicorn", "--user", "nobody", "app:app")
CASES = (
    fires(
        seen(
            frozen(),
            _raised("os.chown(path, uid, gid)", "[Errno 1] Operation not permitted: '/tmp/a'")
            + _raised("os.chown(path, uid, gid)", "[Errno 1] Operation not permitted: '/tmp/b'"),
            limits=NOTHING,
            command=CHANGES,
        ),
        saw="the capability CHOWN is missing",
        findings=1,
    ),
    fires(
        seen(
            frozen(),
            _raised("os.setgroups([])", "[Errno 1] Operation not permitted"),
            limits=Limits(dropped_capabilities=("CAP_SETGID",)),
        ),
        saw="SETGID",
    ),
    fires(
        seen(frozen(), _raised("self.socket.bind(address)", "[Errno 13] Permission denied"), limits=NOTHING),
        saw="NET_BIND_SERVICE",
    ),
    fires(seen(frozen(), _raised("os.nice(-5)", "[Errno 1] Operation not permitted")), saw="SYS_NICE"),
    quiet(seen(frozen(), _raised("os.chown(a, 1, 1)", "[Errno 1] Operation not permitted: '/a'")), name="not dropped"),
    quiet(seen(frozen(), _raised("open(path)", "[Errno 13] Permission denied: '/a'"), limits=NOTHING), name="by mode"),
    quiet(
        seen(
            frozen(),
            _raised("os.nice(-5)", "[Errno 1] Operation not permitted"),
            limits=Limits(privileged=True),
        ),
        name="privileged",
    ),
)
