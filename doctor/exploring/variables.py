"""What surrounds the service: variables, limits, ports, mounts, health checks, image, user."""

from collections.abc import Iterable, Iterator

from checks.cluster.subject import Workload
from checks.containers import Container, Image, Inside, MemoryUse
from checks.evidence import Asked, Evidence, Missing, ModelFolder, Probe, Samples
from doctor.diagnosis.call import Call
from doctor.exploring.pod_environment import rows_of_pods
from doctor.exploring.table import Nothing, Row, Table, Tone, memory_of, shown, size_of, time_of
from doctor.exploring.wanting import remedy_for
from doctor.redact import MASK, is_secret_name
from doctor.reports.common import plural

COLUMNS = ("part", "name", "value", "remark")


def variables(evidence: Evidence, call: Call | None = None) -> Table | Nothing:
    """One row for each fact, by part; what the script asked for and did not get goes first."""
    rows = [*_asked(evidence)]
    container, inside = evidence.container, evidence.inside
    if isinstance(container, Container):
        rows += [*_set(container, evidence), *_limits(container, inside), *_ports(container, inside)]
        rows += [*_mounts(container, inside), *_health(container), *_image(container), *_service(container, inside)]
        rows += _processes(inside)
    elif call is not None and call.variables:
        rows += [Row(("variable", name, MASK, "set for the rehearsal (--set)")) for name in sorted(call.variables)]
    if isinstance(evidence.workload, Workload):
        rows += rows_of_pods(evidence.workload, whole=not isinstance(container, Container))
    if isinstance(evidence.probe, Probe):
        if not isinstance(container, Container):
            rows += _given(evidence, call)
        rows += _rehearsal(evidence.probe)
    if not rows:
        reasons = [one.reason for one in (evidence.probe, container) if isinstance(one, Missing)]
        return Nothing("\n".join(map(shown, dict.fromkeys(reasons))), remedy_for(evidence, "environment"))
    return Table(COLUMNS, tuple(rows), _summary(rows))


def _summary(rows: list[Row]) -> str:
    unset = [
        row.cells[1] for row in rows if row.cells[0] == "variable" and row.cells[3].startswith("asked for, not set")
    ]
    named = f"; asked for and not set: {', '.join(unset[:6])}{' ...' if len(unset) > 6 else ''}" if unset else ""
    number = sum(row.cells[0] == "variable" and bool(row.cells[2]) for row in rows)
    return f"{plural(number, 'variable')} set{named}"


def _asked(evidence: Evidence) -> Iterator[Row]:
    """Variables that the script asked for and that were not set: what it cannot do without first."""
    probe = evidence.probe
    if not isinstance(probe, Probe):
        return
    seen: dict[str, Asked] = {}
    for one in probe.asked:
        known = seen.get(one.name)
        if not one.set and (known is None or (one.strict and not known.strict)):
            seen[one.name] = one
    for one in sorted(seen.values(), key=lambda each: (not each.strict, each.name)):
        at = f" at {shown(one.at.path)}:{one.at.line}" if one.at else ""
        what = "its absence raises" if one.strict else "a default or None is taken"
        place = (one.at.path, one.at.line) if one.at else None
        yield Row(
            ("variable", shown(one.name), "", f"asked for, not set: {what}"),
            "error" if one.strict else "info",
            f"asked for in {one.phase}{at}",
            place,
        )


def value_of(name: str, value: str) -> str:
    """A variable's value without what may be secret."""
    return MASK if value and is_secret_name(name) else shown(value)


def _set(container: Container, evidence: Evidence) -> Iterator[Row]:
    image = set(container.image.environment) if isinstance(container.image, Image) else set()
    over = container.image.replaced if isinstance(container.image, Image) else {}
    image -= over.keys()
    asked = {one.name for one in evidence.probe.asked} if isinstance(evidence.probe, Probe) else set()
    of_service = sorted(container.environment, key=lambda name: (name in image, name))
    for name in of_service:
        by = "the image names it" if name in image else "" if container.is_pod else "of the container"
        if name in over:
            by = f"given over the image's value {value_of(name, over[name]) or chr(34) * 2}"
        told = ", ".join(part for part in (by, "the script asks for it" if name in asked else "") if part)
        value = container.environment[name]
        yield Row(("variable", shown(name), value_of(name, value) or '""', told))


def _limits(container: Container, inside: Inside | Missing) -> Iterator[Row]:
    limits = container.limits
    used = inside.memory if isinstance(inside, Inside) else MemoryUse()
    memory = memory_of(limits.memory) or "no limit"
    told = []
    if used.current is not None:
        told.append(f"{memory_of(used.current)} in use")
    if used.peak is not None:
        told.append(f"at most {memory_of(used.peak)}")
    if used.kills:
        told.append(f"{used.kills} killed for it")
    ended = container.state.oom_killed
    yield Row(
        ("limit", "memory", memory, ", ".join(told) or ("killed for it" if ended else "")),
        "error" if ended or used.kills else "",
    )
    if limits.memory_and_swap is not None and limits.memory_and_swap != limits.memory:
        yield Row(("limit", "memory and swap", memory_of(limits.memory_and_swap), ""))
    yield Row(("limit", "processors", f"{limits.cpus:g} cores" if limits.cpus is not None else "no limit", ""))
    yield Row(("limit", "processes", str(limits.pids) if limits.pids is not None else "no limit", ""))
    if limits.shared_memory is not None:
        yield Row(("limit", "shared memory", memory_of(limits.shared_memory), "/dev/shm"))  # noqa: S108
    if limits.gpus:
        yield Row(("limit", "GPUs", "all" if limits.gpus < 0 else str(limits.gpus), ""))
    if limits.read_only:
        yield Row(("limit", "file system", "read-only", "writes outside of mounts fail"), "info")
    if limits.privileged:
        yield Row(("limit", "privileged", "yes", ""), "info")
    if limits.dropped_capabilities:
        yield Row(("limit", "dropped capabilities", shown(", ".join(limits.dropped_capabilities)), ""))
    for system in inside.file_systems if isinstance(inside, Inside) else ():
        told_of = ", ".join(part for part in (system.kind, "read-only" if system.read_only else "") if part)
        full = system.total > 0 and system.free * 50 < system.total
        cells = ("disk", shown(system.path), f"{size_of(system.free)} free of {size_of(system.total)}", told_of)
        yield Row(cells, "warning" if full and not system.read_only else "")


def _ports(container: Container, inside: Inside | Missing) -> Iterator[Row]:
    for port in container.ports:
        where = "not published" if port.host_port is None else f"published at {port.host_ip or '*'}:{port.host_port}"
        yield Row(("port", f"{port.container}/{port.protocol}", where, "declared" if port.host_port is None else ""))
    if not isinstance(inside, Inside) or isinstance(inside.listening, Missing):
        return
    for socket in inside.listening:
        reach = "only the container itself reaches it" if socket.is_loopback else ""
        by = shown(socket.process or "")
        told = "; ".join(part for part in (reach, by) if part)
        yield Row(("listening", str(socket.port), socket.address, told), "warning" if socket.is_loopback else "")


def _mounts(container: Container, inside: Inside | Missing) -> Iterator[Row]:
    for mount in container.mounts:
        folder = inside.folder(mount.target) if isinstance(inside, Inside) else None
        empty = folder is not None and not folder.files and not folder.problem
        told = ", ".join(
            part
            for part in (
                "writable" if mount.writable else "read-only",
                size_of(mount.size) if mount.size else "",
                "empty" if empty else "",
                folder.problem or "" if folder else "",
            )
            if part
        )
        source = f"{mount.kind} {mount.source}".strip()
        yield Row(("mount", shown(mount.target), shown(source), shown(told)), "warning" if empty else "")


def _health(container: Container) -> Iterator[Row]:
    health = container.health
    if health is None or health.status == "none":
        return
    tones: dict[str, Tone] = {"unhealthy": "error", "healthy": "passed"}
    tone = tones.get(health.status, "")
    streak = f"failed {plural(health.failing_streak, 'time')} in a row" if health.failing_streak else ""
    yield Row(
        ("health check", "command", shown(" ".join(health.test)), f"{health.status}; {streak}".rstrip("; ")), tone
    )
    tries = "1 try" if health.retries == 1 else f"{health.retries} tries"
    times = f"every {health.interval:g} s, at most {health.timeout:g} s, {tries}"
    yield Row(("health check", "times", times, f"{health.start_period:g} s to start" if health.start_period else ""))


def _image(container: Container) -> Iterator[Row]:
    image = container.image
    if isinstance(image, Missing):
        named = container.labels.get("doctor.image", "")
        yield Row(("image", "name", shown(named), shown(image.reason)), "" if named else "muted")
        return
    replaced = "the name stands for another image by now" if image.replaced_by else ""
    yield Row(("image", "name", shown(image.reference or image.id), replaced), "warning" if replaced else "")
    yield Row(("image", "built", shown(image.created or ""), f"{image.os}/{image.architecture} {size_of(image.size)}"))
    engine = container.engine
    if engine.architecture and image.architecture and engine.architecture != image.architecture:
        told = f"the engine's machine is {engine.architecture}"
        yield Row(("image", "architecture", shown(image.architecture), shown(told)), "warning")


def _service(container: Container, inside: Inside | Missing) -> Iterator[Row]:
    user = container.user or (container.image.user if isinstance(container.image, Image) else "") or "root"
    told = ""
    if isinstance(inside, Inside) and inside.user:
        groups = ", ".join(map(str, inside.groups))
        told = f"{inside.user} ({inside.uid}{f'; groups {groups}' if groups else ''})"
    yield Row(("service", "user", shown(user), shown(told)))
    yield Row(("service", "command", shown(" ".join(container.command)), ""))
    yield Row(("service", "working folder", shown(container.working_dir or "/"), ""))
    if not container.is_other_program:
        yield Row(("service", "entry script", shown(container.entry_script), ""))
    yield Row(("service", "model folder", shown(container.model_dir or ""), "" if container.model_dir else "not set"))
    if isinstance(inside, Inside) and inside.interpreter:
        yield Row(("service", "interpreter", shown(inside.interpreter), f"Python {shown(inside.python or '?')}"))
    again = f"{container.restart_policy}{f', at most {container.most_restarts}' if container.most_restarts else ''}"
    yield Row(("service", "started again", again, f"{plural(container.state.restarts, 'time')} so far"))
    if not container.is_pod:
        yield Row(("service", "network", shown(container.network_mode), ""))
        yield Row(("service", "log driver", shown(container.log_driver), ""))


def _processes(inside: Inside | Missing) -> Iterable[Row]:
    if not isinstance(inside, Inside) or isinstance(inside.processes, Missing):
        return
    for one in inside.processes:
        told = ", ".join(part for part in (memory_of(one.memory), time_of(one.seconds)) if part)
        zombie = one.state == "Z"
        cells = ("process", str(one.pid), shown(one.command), f"{told}, ended and not waited for" if zombie else told)
        yield Row(cells, "warning" if zombie else "")


def _given(evidence: Evidence, call: Call | None) -> Iterator[Row]:
    """What doctor gave a script of this machine: the model folder and the request bodies."""
    if isinstance(evidence.models, ModelFolder):
        by = "--model-dir" if call is not None and call.model_dir else "found beside the script"
        told = f"{by}; the rehearsal had a copy of its contents"
        yield Row(("variable", "AZUREML_MODEL_DIR", shown(evidence.models.path), told))
    elif isinstance(evidence.probe, Probe) and not any(one.name == "AZUREML_MODEL_DIR" for one in evidence.probe.asked):
        yield Row(("variable", "AZUREML_MODEL_DIR", "", "not set: no model folder was given (--model-dir)"), "muted")
    for sample in evidence.samples.items if isinstance(evidence.samples, Samples) else ():
        yield Row(("rehearsal", "sample", shown(sample.source), size_of(sample.size)))


def _rehearsal(probe: Probe) -> Iterator[Row]:
    where = "in doctor's own process" if probe.in_process else ""
    yield Row(("rehearsal", "interpreter", shown(probe.interpreter), f"Python {shown(probe.python)} {where}".rstrip()))
    for name in probe.stand_ins:
        yield Row(("rehearsal", "stand-in", shown(name), "the cloud has it, this interpreter lacks it"), "info")
    for number, path in enumerate(probe.path):
        yield Row(("rehearsal", f"sys.path {number}", shown(path), ""), "muted")
