"""What the checks of containers say of a container in a pod: which of them say nothing, and how the others word it.

Some speak of Docker alone; what a pod has instead is judged by the kubernetes family. The fixes of the others name
options of `docker run`, which become a patch of the template that the pod is made from.
"""

import dataclasses
import functools
import re
import shlex
from collections.abc import Iterator

import msgspec

from checks.check import Check
from checks.container.remake import of_pod
from checks.containers import POD_LABELS, Container
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety

ONLY_DOCKER = frozenset(
    f"container.{name}"
    for name in (
        # Published ports and networks of an engine: services, probes and policies take their place.
        *("port-not-published", "port-taken", "published-on-loopback", "port-mismatch", "network-off"),
        # Servers that only the pod itself reaches: probes and services tell it.
        "listens-on-loopback",
        # States of an engine: those of a pod are others, and the kubelet says why.
        *("dead", "paused", "stopped", "not-started", "restart-loop", "exited-at-once", "killed", "crashed"),
        # Health checks of images: a kubelet does not run them.
        *("unhealthy", "health-check-too-early", "health-command-broken"),
        # What keeps a container from its start: the words of the kubelet are read by the other family.
        *("command-not-found", "command-not-executable", "platform-mismatch", "mount-refused", "device-missing"),
        # The tag of an image that this engine holds, and limits that only Docker sets.
        *("image-replaced", "process-limit"),
        # By the status of the pod, and by the limits of its spec.
        "out-of-memory",
    )
)
"""Ids of the checks that are not asked for a pod."""

_OPTIONS = frozenset({"-e", "-v", "--memory", "--gpus", "--cap-add", "--shm-size", "--tmpfs"})
_OPEN = re.compile(r"<[^<>]*>")  # what a person is to fill in may have blanks
_BLANK = "\u00a0"
_IMAGE = "<image>"
_ENGINE_HOST = "host.docker.internal"  # no pod knows that name
_OF_DOCKER = ("docker ", "#")
_STAY = ("docker build", "docker push")


def also_of_pods(check: Check) -> Check:
    """The same check, whose findings about a container in a pod are worded for it."""

    @functools.wraps(check.look)
    def look(evidence: Evidence) -> Iterator[Finding]:
        container = evidence.container
        for finding in check.look(evidence):
            is_pod = isinstance(container, Container) and container.is_pod
            yield _worded(finding, container) if is_pod and isinstance(container, Container) else finding

    return dataclasses.replace(check, look=look)


def _worded(finding: Finding, container: Container) -> Finding:
    confirm = None if finding.confirm and finding.confirm.startswith("docker ") else finding.confirm
    fixes = (fix for fix in finding.fixes if not any(_ENGINE_HOST in command for command in fix.commands))
    return msgspec.structs.replace(finding, fixes=tuple(_of_pod(fix, container) for fix in fixes), confirm=confirm)


def _of_pod(fix: Fix, container: Container) -> Fix:
    """A fix without a word of Docker: options become a patch, making a container anew a restart of the rollout."""
    title = fix.title.removesuffix(", and make the container anew")
    if fix.patches:
        return fix
    if (image := container.labels.get(POD_LABELS[4])) and any(_IMAGE in text for text in (title, *fix.commands)):
        title = title.replace(_IMAGE, image)
        commands = tuple(command.replace(_IMAGE, image) for command in fix.commands)
        is_open = any("<" in text for text in (title, *commands))
        fix = msgspec.structs.replace(fix, commands=commands, safety=fix.safety if is_open else Safety.REVIEW)
    options = [word for command in fix.commands for word in _options(command)]
    kept = [command for command in fix.commands if not _options(command)]
    if any(command.startswith("docker build") for command in kept):
        kept = [*kept, f"docker push {image or _IMAGE}", *_restart(container)]
    kept = [one for one in kept if one.startswith(_STAY) or not one.startswith(_OF_DOCKER)]
    kept = [one for one in kept if " --rm " not in one]
    if not options:
        return msgspec.structs.replace(fix, title=title, commands=tuple(kept))
    made = of_pod(title, container, options)
    return msgspec.structs.replace(
        made,
        commands=(*made.commands, *kept),
        safety=Safety.PLACEHOLDER if Safety.PLACEHOLDER in {fix.safety, made.safety} else made.safety,
    )


def _as_one_word(found: re.Match[str]) -> str:
    return found[0].replace(" ", _BLANK)


def _options(command: str) -> list[str]:
    """The options of a command that a pod knows, each with its value; empty for a command that is kept."""
    if not command.startswith(("-", "docker run", "docker update")):
        return []
    try:
        words = [word.replace(_BLANK, " ") for word in shlex.split(_OPEN.sub(_as_one_word, command))]
    except ValueError:
        return []
    words = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    pairs = [(word, words[at + 1]) for at, word in enumerate(words[:-1]) if word in _OPTIONS]
    return [part for pair in pairs for part in pair]


def _restart(container: Container) -> tuple[str, ...]:
    kind, _, name = container.labels.get(POD_LABELS[3], "").partition("/")
    if kind not in {"Deployment", "StatefulSet", "DaemonSet"}:
        return ()
    return (f"kubectl rollout restart {kind.lower()}/{name} -n {container.labels.get(POD_LABELS[1], '')}",)
