"""The words of kubelets, runtimes, registries and storage drivers, from 1.20 to 1.34, each read as what it means."""

import pytest

from checks.evidence import Evidence
from checks.kubernetes import group_creating
from checks.kubernetes.begins import failed_starts
from checks.kubernetes.mounting import failed_mounts
from checks.kubernetes.pulling import failed_pulls, kind_of
from checks.kubernetes.sandboxes import failed_sandboxes
from checks.kubernetes.scenes import ended, event, pod, running, scene, spec, waiting
from checks.kubernetes.seen import workload_of
from checks.outcome import Found, run_check

DAEMON = "rpc error: code = Unknown desc = Error response from daemon: "
UNPACK = 'failed to pull and unpack image "r.example/a:1": failed to resolve reference "r.example/a:1": '
PULLS = (
    # engine 20.10, asked by a registry that answered 404, 401, 403, 429 and 503
    ("not-found", "Error response from daemon: manifest unknown"),
    ("not-found", "Error response from daemon: name unknown"),
    ("unauthorized", "Error response from daemon: unauthorized"),
    ("forbidden", "Error response from daemon: denied"),
    ("firewall", "denied: client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall"),
    ("server", "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable"),
    ("host", f'{DAEMON}Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.53:53: no such host'),
    (
        "host",
        f'{UNPACK}Head "https://r.example/v2/a/manifests/1": dial tcp: lookup r.example: i/o timeout',
    ),
    (
        "host",
        'pinging container registry r.example: Get "https://r.example/v2/": dial tcp: lookup r.example: no such host',
    ),
    ("host", "dial tcp: lookup r.example on [::1]:53: read udp [::1]:3999->[::1]:53: read: connection refused"),
    (
        "not-found",
        f'{DAEMON}manifest for r.example/a:1 not found: manifest unknown: manifest tagged by "1" is not found',
    ),
    ("not-found", f"rpc error: code = NotFound desc = {UNPACK}r.example/a:1: not found"),
    ("not-found", "[rpc error: code = Unknown desc = Error response from daemon: x, r.example/a:1: not found]"),
    ("not-found", 'failed to resolve image "r.example/a:1": no available registry endpoint: r.example/a:1 not found'),
    ("not-found", "reading manifest 1 in r.example/a: manifest unknown"),
    ("not-found", "name unknown: The repository with name 'a' does not exist in the registry with id '1'"),
    ("not-found", f"{DAEMON}unknown: repository a not found"),
    (
        "denied",
        f"{DAEMON}pull access denied for a, repository does not exist or may require 'docker login': denied: requested",
    ),
    (
        "denied",
        f"{UNPACK}pull access denied, repository does not exist or may require authorization: server message: x",
    ),
    ("denied", "reading manifest 1 in docker.io/a/b: errors: denied: requested access to the resource is denied"),
    ("unauthorized", f"{DAEMON}Get https://r.example/v2/a/manifests/1: unauthorized: authentication required"),
    (
        "unauthorized",
        f"{UNPACK}failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
    ),
    ("unauthorized", f"{DAEMON}Get https://r.example/v2/model/manifests/1: no basic auth credentials"),
    (
        "unauthorized",
        "reading manifest 1 in r.example/a: unauthorized: access to the requested resource is not authorized",
    ),
    ("forbidden", f"{UNPACK}unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 403 Forbidden"),
    ("forbidden", f'{DAEMON}Head "https://r.example/v2/a/manifests/1": denied'),
    (
        "firewall",
        f"{DAEMON}Get https://x.azurecr.io/v2/a/manifests/1: denied: client with IP '203.0.113.7' is not allowed",
    ),
    ("unreachable", f'{DAEMON}Get "http://localhost:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused'),
    (
        "unreachable",
        f'{UNPACK}failed to do request: Head "https://r.example/v2/": dial tcp 203.0.113.9:443: i/o timeout',
    ),
    ("unreachable", f'{DAEMON}Get "https://r.example/v2/": net/http: TLS handshake timeout'),
    ("unreachable", f'{DAEMON}Get "https://r.example/v2/": EOF'),
    ("unreachable", "failed to copy: httpReadSeeker: failed open: unexpected EOF"),
    ("certificate", f'{DAEMON}Get "https://r.example/v2/": x509: certificate signed by unknown authority'),
    ("certificate", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"),
    ("certificate", f'{DAEMON}Get "https://r.example/v2/": http: server gave HTTP response to HTTPS client'),
    ("rate", f"{DAEMON}toomanyrequests: You have reached your pull rate limit."),
    (
        "rate",
        f"{UNPACK}unexpected status code https://registry-1.docker.io/v2/library/a/manifests/1: 429 Too Many Requests",
    ),
    ("server", f"{DAEMON}received unexpected HTTP status: 503 Service Unavailable"),
    (
        "server",
        f"{UNPACK}unexpected status from HEAD request to https://r.example/v2/a/manifests/1: 500 Internal Server Error",
    ),
    ("platform", f"rpc error: code = NotFound desc = {UNPACK}no match for platform in manifest: not found"),
    ("platform", f"{DAEMON}no matching manifest for linux/arm64/v8 in the manifest list entries"),
    ("platform", 'choosing image instance: no image found in image index for architecture "amd64", variant ""'),
    (
        "disk",
        "failed to register layer: Error processing tar file(exit status 1): write /m.bin: no space left on device",
    ),
    ("corrupt", "failed to copy: unexpected commit digest sha256:1, expected sha256:2: failed precondition"),
    ("other", "rpc error: code = Canceled desc = context canceled"),
    ("not-found", f"{DAEMON}manifest for r.example/a:401 not found: manifest unknown"),
)


@pytest.mark.parametrize(("kind", "words"), PULLS)
def test_a_failed_pull_is_read(kind: str, words: str) -> None:
    assert kind_of(words)[0] == kind


@pytest.mark.parametrize(("kind", "words"), PULLS)
def test_the_reason_is_read_wherever_it_stands(kind: str, words: str) -> None:
    """In the message, in the event behind a bare back-off, and in the back-off's own message from 1.32 on."""
    one = spec(image="r.example/a:1")
    bare = 'Back-off pulling image "r.example/a:1"'
    said = event("Failed", f'Failed to pull image "r.example/a:1": {words}', container="inference-server")
    ways = (
        scene(pods=(pod(waiting("ErrImagePull", words), one),)),
        scene(pods=(pod(waiting("ImagePullBackOff", bare), one),), events=(said,)),
        scene(pods=(pod(waiting("ImagePullBackOff", f"{bare}: ErrImagePull: {words}"), one),)),
    )
    assert [[pull.kind for pull in failed_pulls(workload_of(way()))] for way in ways] == [[kind]] * 3


RUNC = "OCI runtime create failed: runc create failed: unable to start container process: "
TASK = f"failed to create containerd task: failed to create shim task: {RUNC}"
STARTS = (
    ("not-found", f'{TASK}exec: "serve": executable file not found in $PATH: unknown'),
    (
        "not-found",
        f'{TASK}error during container init: exec: "/serve": stat /serve: no such file or directory: unknown',
    ),
    ("not-found", "container create failed: executable file `serve` not found in $PATH: No such file or directory"),
    (
        "not-found",
        (
            "OCI runtime create failed: container_linux.go:370: starting container process caused: "
            'exec: "serve": executable file not found in $PATH: unknown'
        ),
    ),
    ("not-executable", f'{TASK}exec: "/serve": permission denied: unknown'),
    ("a-folder", f'{TASK}exec: "/app": is a directory: unknown'),
    ("wrong-format", f"{TASK}exec /app/serve: exec format error: unknown"),
    (
        "folder",
        f'{TASK}error during container init: chdir to cwd ("/root/a") set in config.json failed: permission denied',
    ),
    (
        "mount",
        f'{TASK}error during container init: error mounting "/x" to rootfs at "/a": mount /x:/a: not a directory',
    ),
    ("memory", f"{RUNC}container init was OOM-killed (memory limit too low?): unknown"),
    ("memory", "Error response from daemon: Minimum memory limit allowed is 6MB"),
    (
        "gpu",
        f"{RUNC}error during container init: error running hook #0: stderr: nvidia-container-cli: initialization error",
    ),
    ("gpu", "failed to create containerd task: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=0"),
    ("user", "Error response from daemon: unable to find user scorer: no matching entries in passwd file"),
    ("name", 'Error response from daemon: Conflict. The container name "/k8s_a" is already in use by container "b"'),
    ("no-command", 'failed to generate container "a" spec: failed to generate spec: no command specified'),
    ("other", f"{RUNC}error adding seccomp filter rule for syscall"),
)


@pytest.mark.parametrize(("kind", "words"), STARTS)
def test_a_failed_start_is_read(kind: str, words: str) -> None:
    ways = (
        pod(waiting("RunContainerError", words)),
        pod(waiting("CrashLoopBackOff", "back-off 5m0s", last=ended(128, "StartError", words))),
        pod(waiting("CrashLoopBackOff", "back-off 5m0s", last=ended(127, "ContainerCannotRun", words))),
    )
    for way in ways:
        assert [start.kind for start in failed_starts(workload_of(scene(pods=(way,))()))] == [kind]


SET_UP = 'MountVolume.SetUp failed for volume "m" : '
MOUNTS = (
    ("object", f'{SET_UP}configmap "a" not found'),
    ("object", f'{SET_UP}secret "a" not found'),
    ("object", f"{SET_UP}references non-existent secret key: a"),
    ("object", f"{SET_UP}configmap references non-existent config key: a"),
    ("host-path", f"{SET_UP}hostPath type check failed: /a is not a directory"),
    (
        "driver",
        f"{SET_UP}kubernetes.io/csi: failed: driver name a.b not found in the list of registered CSI drivers",
    ),
    ("driver", f"{SET_UP}mount failed: Output: mount: bad option; you might need a /sbin/mount.nfs helper program."),
    ("attached", 'Multi-Attach error for volume "m" Volume is already used by pod(s) a'),
    ("denied", f"{SET_UP}mount failed: Output: mount error(13): Permission denied"),
    ("denied", f"{SET_UP}mount failed: Output: mount.nfs: access denied by server while mounting 10.0.0.9:/a"),
    ("absent", f"{SET_UP}mount failed: Output: mount error(2): No such file or directory"),
    ("absent", 'MountVolume.MountDevice failed for volume "m" : rpc error: code = Internal desc = ShareNotFound'),
    ("unreachable", f"{SET_UP}mount failed: Output: mount.nfs: Connection timed out"),
    ("unreachable", f"{SET_UP}mount failed: Output: mount error(112): Host is down"),
    ("provider", f"{SET_UP}rpc error: failed to mount secrets store objects for pod a/b, err: 404"),
    ("file-system", 'MountVolume.MountDevice failed for volume "m" : mount failed: wrong fs type, bad superblock'),
    ("other", 'AttachVolume.Attach failed for volume "m" : rpc error: code = Internal desc = odd'),
)


@pytest.mark.parametrize(("kind", "words"), MOUNTS)
def test_a_failed_mount_is_read_while_its_pod_waits(kind: str, words: str) -> None:
    said = event("FailedMount", words)
    waits = scene(pods=(pod(waiting("ContainerCreating"), volumes=[{"name": "m"}]),), events=(said,))
    runs = scene(pods=(pod(running(), volumes=[{"name": "m"}]),), events=(said,))
    assert [mount.kind for mount in failed_mounts(workload_of(waits()))] == [kind]
    assert not failed_mounts(workload_of(runs()))


def test_what_passes_by_itself_is_no_failed_mount() -> None:
    for words in (
        f"{SET_UP}failed to sync secret cache: timed out waiting for the condition",
        f'{SET_UP}object "team-a"/"kube-root-ca.crt" not registered',
    ):
        waits = scene(pods=(pod(waiting("ContainerCreating")),), events=(event("FailedMount", words),))
        assert not failed_mounts(workload_of(waits()))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "addresses",
            'plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses available',
        ),
        ("addresses", "networkPlugin cni failed to set up pod: add cmd: failed to assign an IP address to container"),
        ("network", 'failed to setup network for sandbox "0": plugin type="azure-vnet" failed (add): odd'),
        ("network", "networkPlugin cni failed to set up pod network: open /run/flannel/subnet.env: no such file"),
        ("handler", 'failed to get sandbox runtime: no runtime for "nvidia" is configured'),
        ("image", 'failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image'),
        ("other", "rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
    ],
)
def test_a_failed_sandbox_is_read(kind: str, words: str) -> None:
    said = event("FailedCreatePodSandBox", f"Failed to create pod sandbox: rpc error: code = Unknown desc = {words}")
    waits = scene(pods=(pod(waiting("ContainerCreating")),), events=(said,))
    assert [one.kind for one in failed_sandboxes(workload_of(waits()))] == [kind]


def _titles(evidence: Evidence) -> list[str]:
    outcomes = (run_check(check, evidence) for check in group_creating.CHECKS)
    return [one.title for outcome in outcomes if isinstance(outcome, Found) for one in outcome.findings]


def test_a_service_that_runs_is_quiet_about_what_passed() -> None:
    """Every word of this file is in its events, and none of it is told."""
    passed = (
        *(
            event("Failed", f'Failed to pull image "score:1": {words}', container="inference-server")
            for _, words in PULLS
        ),
        *(event("Failed", f"Error: {words}", container="inference-server") for _, words in STARTS),
        *(event("FailedMount", words) for _, words in MOUNTS),
        event("FailedCreatePodSandBox", "Failed to create pod sandbox: odd"),
    )
    assert _titles(scene(pods=(pod(running(last=ended(128, "StartError", STARTS[0][1]))),), events=passed)()) == []


def test_every_word_is_told_once_where_it_stops_the_pod() -> None:
    """One finding a failure: no two checks read the same words, and none is left out."""
    for kind, words in PULLS:
        told = _titles(scene(pods=(pod(waiting("ErrImagePull", words), spec(image="r.example/a:1")),))())
        assert len(told) == 1, (kind, words, told)
    for kind, words in STARTS:
        told = _titles(scene(pods=(pod(waiting("RunContainerError", words)),))())
        assert len(told) == 1, (kind, words, told)
