"""From the engine's answers to the evidence: what it says of a container and of its image.

Fields: Docker Engine API 1.41, `GET /containers/{id}/json`, `GET /images/{id}/json`, `GET /events`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

from checks.containers import (
    Container,
    ContainerState,
    Ended,
    Health,
    HealthResult,
    Image,
    Limits,
    Mount,
    Port,
    Status,
)
from checks.missing import Missing
from doctor.containers.engine import Engine
from doctor.containers.variables import arguments_of, environment_of, replaced
from doctor.redact import redact

MOST_OUTPUT = 2000  # characters of what a health command wrote
MOST_LABEL = 1000  # characters of a label
MOST_RESULTS = 5  # the engine keeps as many
NETWORKS_WITHOUT_PORTS = ("host", "none", "container:")  # the engine publishes nothing there

# Linux; those of the machine that doctor runs on may have other numbers.
_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE"}
_SIGNALS |= {9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM"}
_SIGNALS |= {24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS"}
_MAKERS = ("azureml-", "endpoint-data", "deployment-data", "com.docker.compose.", "net.azure-devices.edge.", "doctor")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)\Z")
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def container_of(engine: Engine, answer: dict[str, Any]) -> Container:
    """The evidence of one container. `answer` is that of `Engine.inspect`; its image is asked for here.

    Of one that has started more than once, the engine's events of the last minutes are asked for too: they alone tell
    how a container that runs just now ended before.
    """
    config, host = _dict(answer, "Config"), _dict(answer, "HostConfig")
    policy = _dict(host, "RestartPolicy")
    return Container(
        id=str(answer["Id"]),
        name=str(answer.get("Name") or "").lstrip("/"),
        engine=engine.info,
        state=_state(engine, answer),
        image=image_of(engine, str(answer.get("Image") or ""), str(config.get("Image") or ""), config.get("Env") or ()),
        created=utc(answer.get("Created")),
        command=arguments_of([word for word in (answer.get("Path"), *(answer.get("Args") or ())) if word]),
        user=str(config.get("User") or ""),
        working_dir=str(config.get("WorkingDir") or ""),
        environment=environment_of(config.get("Env") or ()),
        labels={
            name: redact(str(value))[:MOST_LABEL]
            for name, value in _dict(config, "Labels").items()
            if name.startswith(_MAKERS)
        },
        ports=_ports(answer, config, host),
        mounts=_mounts(answer, host),
        limits=_limits(config, host),
        restart_policy=str(policy.get("Name") or "no"),
        most_restarts=int(policy.get("MaximumRetryCount") or 0),
        health=_health(config, _dict(answer, "State")),
        network_mode=str(host.get("NetworkMode") or "default"),
        log_driver=str(_dict(host, "LogConfig").get("Type") or "json-file"),
        tty=bool(config.get("Tty")),
    )


def image_of(engine: Engine, image: str, reference: str, given: Sequence[str] = ()) -> Image | Missing:
    """The evidence of the image of that id, which `reference` named when the container was made.

    `given` are the `NAME=value` entries of the container.
    """
    answer = engine.inspect_image(image) if image else None
    if answer is None:
        return Missing(
            reason=f"the engine has no image {image.removeprefix('sha256:')[:12] or reference} any more; "
            f"the container still runs on its layers, but what the image sets is not known"
        )
    config = _dict(answer, "Config")
    names = tuple(answer.get("RepoTags") or ())
    found = str(answer.get("Id") or image)
    return Image(
        id=found,
        reference=reference,
        names=names,
        digests=tuple(answer.get("RepoDigests") or ()),
        created=utc(answer.get("Created")),
        os=str(answer.get("Os") or "linux"),
        architecture=str(answer.get("Architecture") or ""),
        user=str(config.get("User") or ""),
        entrypoint=arguments_of(_words(config.get("Entrypoint"))),
        command=arguments_of(_words(config.get("Cmd"))),
        working_dir=str(config.get("WorkingDir") or ""),
        exposed=tuple(sorted({port for port, _ in map(_port, _dict(config, "ExposedPorts")) if port})),
        environment=tuple(entry.partition("=")[0] for entry in config.get("Env") or ()),
        replaced=replaced(config.get("Env") or (), given),
        size=answer.get("Size"),
        replaced_by=_replaced_by(engine, reference, found, names),
    )


def _replaced_by(engine: Engine, reference: str, image: str, names: Sequence[str]) -> str | None:
    """The image that the reference names by now, when that is another one. An id or a digest always means the same."""
    if not reference or "@" in reference or image.removeprefix("sha256:").startswith(reference.removeprefix("sha256:")):
        return None
    if (reference if ":" in reference.rsplit("/", 1)[-1] else f"{reference}:latest") in names:
        return None
    now = engine.inspect_image(reference)
    return str(now["Id"]) if now and now.get("Id") not in {None, image} else None


def _state(engine: Engine, answer: dict[str, Any]) -> ContainerState:
    state = _dict(answer, "State")
    began, ended = str(state.get("StartedAt") or ""), str(state.get("FinishedAt") or "")
    started, finished = utc(began), utc(ended)
    restarts = int(answer.get("RestartCount") or 0)
    is_running = bool(state.get("Running")) and not state.get("Restarting")
    code = int(state.get("ExitCode") or 0) if started and finished else None
    killed = bool(state.get("OOMKilled"))
    ends: tuple[Ended, ...] = ()
    if started and finished and (restarts or is_running):
        ends = _ends(engine, str(answer["Id"]), max(began, ended))
    if is_running and finished:  # the engine sets the code to 0 when it starts
        last = ends[-1] if ends else None
        code, killed = (last.exit_code, killed or last.oom_killed) if last else (None, killed)
    elif ends and code is not None:
        ends = (*ends, Ended(at=_exact(_seconds(ended) or 0.0), exit_code=code, oom_killed=killed))
    return ContainerState(
        status=cast(Status, str(state.get("Status") or "created")),
        exit_code=code,
        signal=signal_of(code),
        oom_killed=killed,
        error=redact(str(state.get("Error") or "")),
        started=started,
        finished=finished,
        restarts=restarts,
        ends=ends,
    )


def _ends(engine: Engine, container: str, until: str) -> tuple[Ended, ...]:
    """The ends that the engine remembers: its last 256 events are those of all containers together."""
    seconds = _seconds(until)
    if seconds is None:
        return ()
    found: list[Ended] = []
    oom = False
    # The event of an end comes a moment after the time of the end; `until` has to be over, or the engine waits for it.
    for event in engine.events(container, ("die", "oom"), until=f"{seconds:.9f}"):
        code = str(_dict(_dict(event, "Actor"), "Attributes").get("exitCode", ""))
        at = int(event.get("timeNano") or 0) / 1e9 or float(event.get("time") or 0)
        if event.get("Action") == "oom":
            oom = True
        elif code.isdigit():
            found.append(Ended(at=_exact(at), exit_code=int(code), oom_killed=oom))
            oom = False
    return tuple(found)


def signal_of(code: int | None) -> str | None:
    """The signal that an exit code above 128 stands for: 137 is SIGKILL. None for other codes."""
    return _SIGNALS.get(code - 128) if code is not None and code > 128 else None


def utc(time: object) -> str | None:
    """A time of the engine as `2026-11-20T18:07:02Z`; None for never, which it writes as the year 1."""
    seconds = _seconds(str(time or ""))
    return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _exact(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(time: str) -> float | None:
    """Seconds since the epoch."""
    found = _TIME.match(time)
    if not found or found[1] < "1971":
        return None
    fraction = re.search(r"\.\d+", time)
    return datetime.fromisoformat(found[1] + found[2]).timestamp() + (float(fraction[0]) if fraction else 0.0)


def _ports(answer: dict[str, Any], config: dict[str, Any], host: dict[str, Any]) -> tuple[Port, ...]:
    """Published ports, and exposed ones that are not. A stopped container has only what was asked for."""
    published = _dict(_dict(answer, "NetworkSettings"), "Ports")
    exposed = list(_dict(config, "ExposedPorts"))
    if not any(published.values()) and not str(host.get("NetworkMode")).startswith(NETWORKS_WITHOUT_PORTS):
        published = dict(_dict(host, "PortBindings"))
        if host.get("PublishAllPorts"):
            published |= {name: [{}] for name in exposed if not published.get(name)}
    found: list[Port] = []
    for name in dict.fromkeys((*published, *exposed)):
        number, protocol = _port(name)
        bindings = published.get(name) or ()
        for binding in bindings:
            port = str(binding.get("HostPort") or "0").partition("-")[0]
            found.append(
                Port(
                    container=number,
                    protocol=protocol,
                    host_ip=binding.get("HostIp") or "0.0.0.0",  # noqa: S104 # what the engine means by nothing
                    host_port=int(port) if port.isdigit() else 0,
                )
            )
        if not bindings:
            found.append(Port(container=number, protocol=protocol))
    return tuple(found)


def _port(name: str) -> tuple[int, str]:
    number, _, protocol = name.partition("/")
    first = number.partition("-")[0]
    return int(first) if first.isdigit() else 0, protocol or "tcp"


def _mounts(answer: dict[str, Any], host: dict[str, Any]) -> tuple[Mount, ...]:
    sizes = {
        str(one.get("Target")): _dict(one, "TmpfsOptions").get("SizeBytes")
        for one in host.get("Mounts") or ()
        if one.get("Type") == "tmpfs"
    }
    found: dict[str, Mount] = {}
    for one in answer.get("Mounts") or ():
        kind, target = str(one.get("Type") or "bind"), str(one.get("Destination") or "")
        found[target] = Mount(
            kind=cast(Literal["bind", "volume", "tmpfs", "other"], kind if kind in _KINDS else "other"),
            target=target,
            source=str((one.get("Name") if kind == "volume" else "") or one.get("Source") or ""),
            writable=bool(one.get("RW", True)),
            size=sizes.get(target) or None,
        )
    for target, options in _dict(host, "Tmpfs").items():
        words = str(options or "").split(",")
        size = next((word.partition("=")[2] for word in words if word.startswith("size=")), "")
        found[target] = Mount(kind="tmpfs", target=target, writable="ro" not in words, size=_bytes(size))
    return tuple(found.values())


_KINDS = frozenset({"bind", "volume", "tmpfs"})


def _bytes(size: str) -> int | None:
    """`64m` in bytes; None for a share of the host's memory, and for nothing."""
    found = re.fullmatch(r"(\d+)([bkmgt]?)", size.lower())
    return int(found[1]) * _UNITS[found[2]] if found else None


def _limits(config: dict[str, Any], host: dict[str, Any]) -> Limits:
    quota, period = int(host.get("CpuQuota") or 0), int(host.get("CpuPeriod") or 0) or 100_000
    nano = int(host.get("NanoCpus") or 0)
    return Limits(
        memory=_positive(host.get("Memory")),
        memory_and_swap=_positive(host.get("MemorySwap")),
        cpus=nano / 1e9 if nano > 0 else quota / period if quota > 0 else None,
        pids=_positive(host.get("PidsLimit")),
        shared_memory=_positive(host.get("ShmSize")),
        read_only=bool(host.get("ReadonlyRootfs")),
        privileged=bool(host.get("Privileged")),
        dropped_capabilities=tuple(str(one).upper().removeprefix("CAP_") for one in host.get("CapDrop") or ()),
        gpus=_gpus(config, host),
    )


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _gpus(config: dict[str, Any], host: dict[str, Any]) -> int:
    """How many were given: by `--gpus`, by CDI, or by the older runtime and its variable; -1 for all."""
    number = 0
    for request in host.get("DeviceRequests") or ():
        capabilities = {one for some in request.get("Capabilities") or () for one in some}
        ids = [str(one) for one in request.get("DeviceIDs") or ()]
        if "gpu" in capabilities or request.get("Driver") == "nvidia" or any("/gpu=" in one for one in ids):
            count = int(request.get("Count") or 0)
            if count < 0 or any(one.endswith(("=all", "/all")) or one == "all" for one in ids):
                return -1
            number += count or len(ids)
    if not number and host.get("Runtime") == "nvidia":
        entries = (str(entry).partition("=") for entry in config.get("Env") or ())
        visible = {name: value for name, _, value in entries}.get("NVIDIA_VISIBLE_DEVICES", "")
        return -1 if visible == "all" else len([one for one in visible.split(",") if one not in {"", "none", "void"}])
    return number


def _health(config: dict[str, Any], state: dict[str, Any]) -> Health | None:
    check, seen = _dict(config, "Healthcheck"), _dict(state, "Health")
    test = _words(check.get("Test"))
    if not test or test[0] == "NONE":
        return None
    status = str(seen.get("Status") or "none")
    return Health(
        status=cast(
            Literal["starting", "healthy", "unhealthy", "none"],
            status if status in {"starting", "healthy", "unhealthy"} else "none",
        ),
        test=arguments_of(test),
        failing_streak=int(seen.get("FailingStreak") or 0),
        interval=_duration(check, "Interval", 30.0),
        timeout=_duration(check, "Timeout", 30.0),
        start_period=_duration(check, "StartPeriod", 0.0),
        retries=int(check.get("Retries") or 0) or 3,
        results=tuple(
            HealthResult(
                at=utc(one.get("Start")) or "",
                exit_code=int(one.get("ExitCode") or 0),
                output=_both_ends(redact(str(one.get("Output") or ""))),
            )
            for one in (seen.get("Log") or ())[-MOST_RESULTS:]
        ),
    )


def _duration(check: Mapping[str, Any], name: str, usual: float) -> float:
    """Nanoseconds in seconds; 0 stands for the usual."""
    return int(check.get(name) or 0) / 1e9 or usual


def _words(value: object) -> list[str]:
    """A command as a list of words; engines before 1.6 gave a string."""
    if isinstance(value, str):
        return [value]
    return [str(word) for word in value] if isinstance(value, Iterable) else []


def _dict(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of an answer, empty where the engine left it out or wrote null."""
    value = answer.get(name)
    return value if isinstance(value, dict) else {}


def _both_ends(text: str) -> str:
    """A text with its middle left out where it is long: what failed stands at the end, what was tried before it."""
    half = MOST_OUTPUT // 2
    return text if len(text) <= MOST_OUTPUT else f"{text[:half]}\n…\n{text[-half:]}"
