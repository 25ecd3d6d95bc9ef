"""A container like another one: the same image, limits, variables and mounts, but unable to change anything.

Fields: Docker Engine API 1.41, `POST /containers/create` (`HostConfig`, `Mount`) and `GET /containers/{id}/json`.
"""

import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctor.containers.engine import Engine
from doctor.containers.paths_inside import members

COPIED = 32 * 1024 * 1024  # bytes of all writable folders together that are copied, so that a script may write there
_LIKE = (
    *("Memory", "MemorySwap", "MemorySwappiness", "NanoCpus", "CpuShares", "CpuPeriod", "CpuQuota", "CpusetCpus"),
    *("CpusetMems", "ReadonlyRootfs", "CapAdd", "CapDrop", "SecurityOpt", "ShmSize", "Tmpfs", "Ulimits", "GroupAdd"),
    *("Devices", "DeviceRequests", "DeviceCgroupRules", "Runtime", "UsernsMode", "Sysctls", "ExtraHosts"),
)
"""What is taken over as it is. Not: names of other containers, restarts, ports, privileges, the host's processes."""
_OF_NETWORK = ("Dns", "DnsOptions", "DnsSearch", "NetworkMode")
_PROCESSES = 4  # the attendant, the threads of the probe, and what looks around


@dataclass
class Likeness:
    """Options for `throwaway`, `notes` for the person, and what is to be copied: target -> packed content.

    `closed` are folders that the original may write to and the new one may not.
    """

    options: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    copies: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = field(default_factory=dict)


def like(
    engine: Engine,
    answer: dict[str, Any],
    variables: Mapping[str, str],
    *,
    network: bool,
    command: Sequence[str],
    desk: str,
) -> Likeness:
    """How to make it. `answer` is that of `Engine.inspect`, `variables` go over its own, `desk` is where files come in.

    Folders that the original may write to are copied while they are small, else mounted read-only, and a note says so.
    """
    config, host = answer.get("Config") or {}, answer.get("HostConfig") or {}
    made = {name: host[name] for name in _LIKE if host.get(name)}
    made |= {name: host[name] for name in _OF_NETWORK if network and host.get(name)}
    if not network:
        made["NetworkMode"] = "none"
        made.pop("Sysctls", None)
    elif str(made.get("NetworkMode", "")).startswith("container:"):
        made["NetworkMode"] = "default"  # of a container that may be no more
    if (host.get("PidsLimit") or 0) > 0:
        made["PidsLimit"] = host["PidsLimit"] + _PROCESSES
    made |= {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}, "OomKillDisable": False}
    made["RestartPolicy"] = {"Name": "no"}
    likeness = Likeness(options={})
    if host.get("Privileged"):
        likeness.notes.append("the container is privileged; the rehearsal is not")
    made["Mounts"] = [*_mounts(engine, answer, likeness), {"Type": "volume", "Target": desk}]
    likeness.options = {
        "entrypoint": command[0],
        "command": list(command[1:]),
        "environment": _environment(config.get("Env") or (), variables),
        "user": config.get("User") or "",
        "working_dir": config.get("WorkingDir") or None,
        "hostname": config.get("Hostname") or None,
        "healthcheck": {"test": ["NONE"]},
        # Without a network of its own the engine need not set one up, which takes longer than all the rest. It also
        # makes no /etc/hosts then, which has to be brought along.
        "network_disabled": not (network or made.get("ReadonlyRootfs") or _has_own_hosts(made["Mounts"])),
        "host_config": made,
    }
    return likeness


def _environment(entries: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """Each variable once: of two, a program may see either."""
    merged = {name: value for name, equals, value in (entry.partition("=") for entry in entries) if equals}
    return [f"{name}={value}" for name, value in {**merged, **variables}.items()]


def _has_own_hosts(mounts: Sequence[dict[str, Any]]) -> bool:
    return any(str(mount["Target"]).rstrip("/") in {"/etc", "/etc/hosts"} for mount in mounts)


def _mounts(engine: Engine, answer: dict[str, Any], likeness: Likeness) -> list[dict[str, Any]]:
    """The mounts of the original, read-only or as copies."""
    host = answer.get("HostConfig") or {}
    found: list[dict[str, Any]] = [one for one in host.get("Mounts") or () if one.get("Type") == "tmpfs"]
    left = COPIED
    for mount in answer.get("Mounts") or ():
        kind, target, source = mount.get("Type"), str(mount.get("Destination")), str(mount.get("Source"))
        if kind not in {"bind", "volume"} or source.endswith(".sock"):
            if kind != "tmpfs":
                likeness.notes.append(
                    f"the rehearsal has no {target}: a {kind} mount of {source} reaches other programs"
                )
            continue
        if mount.get("RW"):
            content = _content(engine, str(answer["Id"]), target, left, _below(answer, target))
            if content is not None:
                left -= sum(len(data) for _, data in content)
                likeness.copies[target] = content
                found.append({"Type": "volume", "Target": target, "VolumeOptions": {"NoCopy": True}})
                continue
            likeness.closed.append(target)
            likeness.notes.append(
                f"{target} is mounted read-only in the rehearsal: what the script writes there is refused"
            )
        one: dict[str, Any] = {"Type": kind, "Source": source, "Target": target, "ReadOnly": True}
        if kind == "volume":
            one |= {"Source": mount.get("Name") or source, "VolumeOptions": {"NoCopy": True}}
        found.append(one)
    return found


def _below(answer: Mapping[str, Any], folder: str) -> tuple[str, ...]:
    """The targets of other mounts below a folder, relative to it."""
    prefix = folder.rstrip("/") + "/"
    targets = [str(mount.get("Destination")).rstrip("/") for mount in answer.get("Mounts") or ()]
    return tuple(target.removeprefix(prefix) for target in targets if target.startswith(prefix))


def _content(
    engine: Engine, container: str, folder: str, most: int, others: Sequence[str] = ()
) -> list[tuple[tarfile.TarInfo, bytes]] | None:
    """All that a folder inside holds; None when it is more than `most` bytes, or no folder.

    Not what `others` name, paths in it: other mounts cover them, and a read-only one refuses to be written.
    """
    found: list[tuple[tarfile.TarInfo, bytes]] = []
    with engine.archive(container, folder) as opened:
        if opened is None or not opened[1].is_folder:
            return None
        for member, content in members(opened[0]):
            name = "/".join(member.name.split("/")[1:]).rstrip("/")
            if any(name == other or name.startswith(f"{other}/") for other in others):
                continue
            most -= max(member.size, 0) + 512
            if most < 0:
                return None
            member.name = name or "."
            if member.islnk():
                member.linkname = "/".join(member.linkname.split("/")[1:])
            found.append((member, content.read() if content is not None else b""))
    return found
