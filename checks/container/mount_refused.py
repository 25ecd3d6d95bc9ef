"""A mount could not be made, so the container could not be started.

What it finds
-------------
The engine's error that a source of a mount is not there, is a file where a folder is meant (or the other way), is not
shared with the engine, or cannot be mounted.

Why it breaks
-------------
The engine makes the mounts before it starts the command. `docker run -v` makes a missing source as an empty folder,
which then cannot be mounted onto a file; `--mount` refuses.

How to fix
----------
Name a source that exists on the machine of the engine, of the kind that the target is.

Learn more
----------
Docker documentation, "Bind mounts". Observed with engine 20.10.24, runc 1.1.5.
"""

import re
from collections.abc import Iterator

from checks.cases import container, fires, quiet
from checks.check import check
from checks.container.seen import container_of, inspected, state_quote
from checks.container.starting import start_failure
from checks.containers import ContainerState, Mount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.wording import titled

_Q = r"\\*[\"'`]"
_PAIR = re.compile(rf"error mounting {_Q}(?P<source>[^\"'\\]+){_Q} to rootfs at {_Q}(?P<target>[^\"'\\]+){_Q}")
_SOURCE = (
    re.compile(rf"creating mount source path {_Q}(?P<source>[^\"'\\]+){_Q}"),
    re.compile(r"bind source path does not exist: (?P<source>[^\s\"]+)"),
    re.compile(r"[Tt]he path (?P<source>\S+) is not shared"),
    re.compile(rf"error while mounting volume {_Q}(?P<source>[^\"'\\]+){_Q}"),
)


@check(
    "container.mount-refused",
    needs=("container",),
    stage=Stage.BUILD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.mount-empty",
        "container.mount-hides-code",
        "container.model-folder-missing",
        "container.model-folder-empty",
        "container.entry-script-missing",
        "logs.mount-file-and-folder",
        "logs.mount-into-read-only",
        "logs.bind-source-missing",
        "logs.container-cannot-run",
    ),
)
def mount_refused(evidence: Evidence) -> Iterator[Finding]:
    """Name source and target, and what is wrong with them."""
    seen, failure = container_of(evidence), start_failure(evidence)
    if failure is None or failure.kind != "mount":
        return
    pair = _PAIR.search(failure.words)
    found = pair or next((match for pattern in _SOURCE if (match := pattern.search(failure.words))), None)
    source = found["source"] if found else ""
    mount = next((one for one in seen.mounts if one.source == source), None)
    target = pair["target"] if pair else mount.target if mount else ""
    words = failure.words
    if "not a directory" in words or "vice-versa" in words:
        title = f"the mount on {target} joins a file with a folder"
        fix = Fix(title=f"look what {source} is on the engine's machine", commands=(f"ls -ld {source}",))
    elif "read-only file system" in words:
        title = f"the mount on {target} has no place to stand: the file system around it is read-only"
        fix = Fix(title="make the folder in the image", commands=(f"RUN mkdir -p {target}",))
    elif "not shared" in words or "ounts denied" in words:
        title = f"{source} is not shared with the engine"
        fix = Fix(title="share it: Docker Desktop, Settings, Resources, File sharing")
    else:
        title = f"the source of a mount cannot be had: {source or 'see the engine’s words'}"
        fix = Fix(title="name a folder that is there on the engine's machine", commands=(f"ls -ld {source}",))
    shown = inspected(seen, f"{mount.kind} {mount.source} on {mount.target}") if mount else None
    yield Finding(
        title=titled(title, 88),
        evidence=(failure.quote, *((shown,) if shown else ()), state_quote(seen)),
        about=(f"mount:{target}",) if target else (),
        fixes=(fix,),
    )


RUNC = (
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
    "error during container init: "
)


def _refused(words: str) -> Evidence:
    mounts = (Mount(kind="bind", target="/var/azureml-app/model.pkl", source="/srv/model.pkl"),)
    return container(state=ContainerState(status="created", exit_code=127, error=words), mounts=mounts)


CASES = (
    fires(
        _refused(
            f'{RUNC}error mounting "/srv/model.pkl" to rootfs at "/var/azureml-app/model.pkl": mount /srv/model.pkl:'
            "/var/azureml-app/model.pkl (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown: Are you trying "
            "to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the "
            "expected type"
        ),
        saw="the mount on /var/azureml-app/model.pkl joins a file with a folder",
        findings=1,
    ),
    fires(
        _refused(
            "error while creating mount source path '/proc/models': mkdir /proc/models: no such file or directory"
        ),
        saw="/proc/models",
    ),
    fires(_refused('invalid mount config for type "bind": bind source path does not exist: /srv/m'), saw="/srv/m"),
    fires(
        _refused("Mounts denied: \nThe path /srv/m is not shared from the host and is not known to Docker."),
        saw="not shared",
    ),
    fires(
        _refused(
            f'{RUNC}error mounting "/srv/m" to rootfs at "/mnt/m": create mountpoint for /mnt/m mount: '
            "mkdirat /mnt/m: read-only file system: unknown"
        ),
        saw="read-only",
    ),
    quiet(container(mounts=(Mount(kind="bind", target="/mnt", source="/srv"),)), name="it runs"),
    quiet(
        container(
            state=ContainerState(status="created", exit_code=127, error='exec: "mount": executable file not found')
        )
    ),
)
