"""What a rehearsal container takes over of the original, and what it does not; no engine is needed."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from doctor.containers.engine import Engine, Stat
from doctor.containers.likeness import COPIED, Likeness, like

FOLDER = 1 << 31


class Archives:
    """An engine that has nothing but the content of folders."""

    def __init__(self, folders: dict[str, dict[str, bytes]]) -> None:
        self._folders = folders

    @contextmanager
    def archive(self, _container: str, path: str) -> Iterator[tuple[io.BytesIO, Stat] | None]:
        if path not in self._folders:
            yield None
            return
        packed, top = io.BytesIO(), path.rsplit("/", 1)[-1]
        with tarfile.open(fileobj=packed, mode="w") as tar:
            folder = tarfile.TarInfo(top)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o750
            tar.addfile(folder)
            for name, content in self._folders[path].items():
                member = tarfile.TarInfo(f"{top}/{name}")
                member.size, member.uid = len(content), 1000
                tar.addfile(member, io.BytesIO(content))
        packed.seek(0)
        yield packed, Stat(top, 4096, FOLDER | 0o755)


def made(
    answer: dict[str, Any],
    folders: dict[str, dict[str, bytes]] | None = None,
    *,
    network: bool = False,
    **variables: str,
) -> Likeness:
    engine = cast("Engine", Archives(folders or {}))
    whole = {"Id": "1", "Config": {}, "HostConfig": {}} | answer
    return like(engine, whole, variables, network=network, command=("/p", "a"), desk="/desk")


def host_of(likeness: Likeness) -> dict[str, Any]:
    return dict(likeness.options["host_config"])


def test_limits_and_rights_are_taken_over() -> None:
    limits = {
        "Memory": 64 << 20,
        "MemorySwap": 64 << 20,
        "NanoCpus": 500_000_000,
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "ShmSize": 1 << 20,
        "Tmpfs": {"/tmp": "size=1m"},
        "Ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}],
        "DeviceRequests": [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}],
    }
    host = host_of(made({"HostConfig": limits | {"PidsLimit": 10}}))
    assert {name: host[name] for name in limits} == limits
    assert host["PidsLimit"] > 10


@pytest.mark.parametrize("network", [False, True])
def test_what_reaches_out_is_not(network: bool) -> None:
    asked = {
        "Privileged": True,
        "PidMode": "host",
        "IpcMode": "host",
        "UTSMode": "host",
        "PortBindings": {"5001/tcp": [{"HostPort": "5001"}]},
        "RestartPolicy": {"Name": "always"},
        "VolumesFrom": ["other"],
        "Links": ["/other:/me/other"],
        "AutoRemove": True,
        "OomKillDisable": True,
        "LogConfig": {"Type": "syslog"},
        "NetworkMode": "container:other",
        "PublishAllPorts": True,
    }
    likeness = made({"HostConfig": asked}, network=network)
    host = host_of(likeness)
    gone = asked.keys() - {"RestartPolicy", "OomKillDisable", "LogConfig", "NetworkMode"}
    assert not gone & host.keys()
    assert host["RestartPolicy"] == {"Name": "no"}
    assert host["OomKillDisable"] is False
    assert host["LogConfig"]["Type"] == "json-file"
    assert host["NetworkMode"] == ("default" if network else "none")
    assert likeness.options["healthcheck"] == {"test": ["NONE"]}
    assert likeness.notes == ["the container is privileged; the rehearsal is not"]


def test_its_own_network_when_wished() -> None:
    host = host_of(made({"HostConfig": {"NetworkMode": "shop", "Dns": ["10.0.0.1"]}}, network=True))
    assert (host["NetworkMode"], host["Dns"]) == ("shop", ["10.0.0.1"])


def test_a_variable_is_given_once() -> None:
    likeness = made({"Config": {"Env": ["A=1", "B=x=y", "NAME_ALONE"]}}, A="2", C="3")
    assert likeness.options["environment"] == ["A=2", "B=x=y", "C=3"]


def bind(target: str, source: str = "/data", *, writable: bool = True) -> dict[str, Any]:
    return {"Type": "bind", "Source": source, "Destination": target, "RW": writable}


def test_small_writable_folders_are_copied_with_their_owners() -> None:
    likeness = made({"Mounts": [bind("/var/app")]}, {"/var/app": {"score.py": b"x"}})
    mounts = host_of(likeness)["Mounts"]
    assert mounts[0] == {"Type": "volume", "Target": "/var/app", "VolumeOptions": {"NoCopy": True}}
    entries = [(member.name, member.mode, member.uid, data) for member, data in likeness.copies["/var/app"]]
    assert entries == [(".", 0o750, 0, b""), ("score.py", 0o644, 1000, b"x")]
    assert likeness.notes == []


def test_large_ones_and_files_are_read_only() -> None:
    folders = {"/a": {"one": bytes(COPIED // 2)}, "/b": {"two": bytes(COPIED // 2 + 1)}}
    likeness = made({"Mounts": [bind("/a"), bind("/b"), bind("/c", writable=False)]}, folders)
    mounts = {mount["Target"]: mount for mount in host_of(likeness)["Mounts"]}
    assert "Source" not in mounts["/a"]
    assert (mounts["/b"]["Source"], mounts["/b"]["ReadOnly"]) == ("/data", True)
    assert mounts["/c"]["ReadOnly"] is True
    assert len(likeness.notes) == 1
    assert likeness.notes[0].startswith("/b is mounted read-only")


def test_a_volume_is_mounted_by_its_name() -> None:
    volume = {"Type": "volume", "Name": "shared", "Source": "/var/lib/x", "Destination": "/v", "RW": False}
    mount = host_of(made({"Mounts": [volume]}))["Mounts"][0]
    assert mount == {
        "Type": "volume",
        "Source": "shared",
        "Target": "/v",
        "ReadOnly": True,
        "VolumeOptions": {"NoCopy": True},
    }


def test_sockets_of_other_programs_stay_out() -> None:
    likeness = made({"Mounts": [bind("/var/run/docker.sock", "/var/run/docker.sock")]})
    assert [mount["Target"] for mount in host_of(likeness)["Mounts"]] == ["/desk"]
    assert "/var/run/docker.sock" in likeness.notes[0]


@pytest.mark.parametrize(("target", "disabled"), [("/etc/hosts", False), ("/etcetera", True)])
def test_a_hosts_file_of_its_own_is_kept(target: str, disabled: bool) -> None:
    likeness = made({"Mounts": [bind(target, writable=False)]})
    assert likeness.options["network_disabled"] is disabled


def test_what_another_mount_covers_is_not_copied_with_the_folder_below_it() -> None:
    mounts = [bind("/var/app"), bind("/var/app/models/m/1", writable=False), bind("/var/app/models/m/10")]
    folder = {"score.py": b"x", "models/m/1": b"", "models/m/1/a.pkl": b"x", "models/m/10": b"", "models/m/100": b"x"}
    likeness = made({"Mounts": mounts}, {"/var/app": folder, "/var/app/models/m/10": {"b.pkl": b"y"}})
    names = [member.name for member, _ in likeness.copies["/var/app"]]
    assert names == [".", "score.py", "models/m/100"]
    assert [member.name for member, _ in likeness.copies["/var/app/models/m/10"]] == [".", "b.pkl"]
