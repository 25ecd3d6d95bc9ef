"""Files of a config map or secret are readable for root alone, and the container is another user.

What it finds
-------------
A log that tells of a refused read below the mount of a config map or secret whose `defaultMode` lets nobody but the
owner read, in a container that `runAsUser` gives another user than root.

Why it breaks
-------------
The kubelet writes these files as root, with `defaultMode` (0644 where nothing is said). With 0400 or 0600 only root can
read them, unless `fsGroup` gives them to a group of the pod.

How to fix
----------
Let others read the files (`defaultMode: 0444`), or set `fsGroup` and 0440.

Learn more
----------
Kubernetes documentation, "Secrets": file permissions; "Configure a Security Context for a Pod": fsGroup.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container, PodSpec
from checks.container.seen import Told, all_lines
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Stage
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.patching import of_template
from checks.kubernetes.scenes import Made, deployment, ended, pod, scene, spec, waiting
from checks.kubernetes.seen import containers, quote_field, workload_of
from checks.runtime.wording import titled

_OTHERS = 0o004
_READABLE, _OF_GROUP = 0o444, 0o440


@check(
    "kubernetes.volume-mode-denies",
    needs=("workload",),
    stage=Stage.START,
    confidence=Confidence.CERTAIN,
    explains=("logs.permission-denied", "runtime.permission-denied", "container.permission-denied"),
)
def volume_mode_denies(evidence: Evidence) -> Iterator[Finding]:
    """Hold the refused path of the log against mode, mount and user."""
    workload = workload_of(evidence)
    asked = workload.spec
    told: set[str] = set()
    for one in containers(workload) if asked else ():
        assert asked is not None
        user = _user(asked, one.spec)
        if not user or (asked.security_context and asked.security_context.fs_group is not None):
            continue
        lines = [line for line in all_lines(with_logs_of(evidence, one)) if "ermission denied" in line.text]
        for mount in one.spec.volume_mounts:
            volume = asked.volume(mount.name)
            source = (volume.config_map or volume.secret) if volume else None
            mode = source.default_mode if source else None
            line = _below(lines, mount.mount_path)
            if volume is None or mode is None or mode & _OTHERS or line is None or mount.name in told:
                continue
            told.add(mount.name)
            kind = "configMap" if volume.config_map else "secret"
            here = f"spec.volumes[{mount.name}].{kind}.defaultMode"
            open_ = {"volumes": [{"name": mount.name, kind: {"defaultMode": _READABLE}}]}
            group = {
                "securityContext": {"fsGroup": user},
                "volumes": [{"name": mount.name, kind: {"defaultMode": _OF_GROUP}}],
            }
            yield Finding(
                title=titled(
                    f"user {user} may not read {mount.mount_path}: its files have mode {mode:04o}, of root", 88
                ),
                evidence=(
                    line.quote,
                    quote_field(workload.shown, here, f"{mode:04o}"),
                    quote_field(workload.shown, f"runAsUser of container {one.name}", user),
                ),
                about=(f"container:{one.name}", f"file:{_path(line, mount.mount_path)}"),
                fixes=(
                    of_template("let every user read them, mode 0444", workload, open_),
                    of_template(f"give them to the group {user} alone, mode 0440", workload, group),
                ),
                confirm=f"kubectl exec {workload.shown} -n {workload.namespace} -- ls -lL {mount.mount_path}",
            )


def _user(asked: PodSpec, container: Container) -> int:
    """The user that the specification gives a container; 0 for root, and where the image decides."""
    own, of_pod = container.security_context, asked.security_context
    if own and own.run_as_user is not None:
        return own.run_as_user
    return (of_pod.run_as_user or 0) if of_pod else 0


def _below(lines: list[Told], folder: str) -> Told | None:
    return next((line for line in lines if f"{folder.rstrip('/')}/" in line.text), None)


def _path(line: Told, folder: str) -> str:
    """The path that was refused, as the log writes it."""
    rest = line.text[line.text.index(f"{folder.rstrip('/')}/") :]
    return next((rest.partition(end)[0] for end in ("'", '"', ":", " ") if end in rest), rest)


LOG = "PermissionError: [Errno 13] Permission denied: '/models/churn.json'"
ONE = spec(volumeMounts=[{"name": "models", "mountPath": "/models"}])
LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=2)
USER: Made = {"securityContext": {"runAsUser": 1001}}
GROUP: Made = {"securityContext": {"runAsUser": 1001, "fsGroup": 1001}}


def _volume(mode: int) -> Made:
    return {"volumes": [{"name": "models", "secret": {"secretName": "models", "defaultMode": mode}}]}


def _scene(mode: int, user: Made) -> Made:
    return {"controller": deployment(ONE, **_volume(mode), **user), "pods": (pod(LOOP, ONE, **_volume(mode), **user),)}


CASES = (
    fires(
        scene(LOG, **_scene(0o400, USER)),
        saw="user 1001 may not read /models: its files have mode 0400, of root",
        findings=1,
    ),
    quiet(scene(LOG, **_scene(0o644, USER)), name="others may read"),
    quiet(scene(LOG, **_scene(0o400, {})), name="root reads"),
    quiet(scene(LOG, **_scene(0o440, GROUP)), name="the group reads"),
    quiet(scene(LOG.replace("/models", "/cache"), **_scene(0o400, USER)), name="another path"),
)
