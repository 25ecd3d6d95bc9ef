"""Where the entry script is looked for, and what the volumes of a pod put there, as far as its specification tells."""

import posixpath
from dataclasses import dataclass

from checks.cluster.pods import Container, PodSpec, VolumeMount
from checks.cluster.subject import Workload
from checks.evidence import Missing

APP_ROOT = "/var/azureml-app"
"""Where the inference server looks without AML_APP_ROOT. Source: azureml-inference-server-http, `config`."""


@dataclass(frozen=True)
class Entry:
    """The entry script of a container: its path, and the setting that names it."""

    path: str
    setting: str
    value: str


@dataclass(frozen=True)
class Mounted:
    """What a volume puts at a mount. `files` are full paths; None where nobody but the volume knows."""

    mount: VolumeMount
    kind: str
    name: str
    files: tuple[str, ...] | None


def value_of(container: Container, name: str) -> str:
    """The value that the specification gives a variable; empty where it comes from elsewhere, or refers to another."""
    variable = container.variable(name)
    value = (variable.value or "") if variable else ""
    return "" if "$(" in value else value


def entry_of(container: Container) -> Entry | None:
    """The entry script, by AZUREML_ENTRY_SCRIPT or by the server's own option; None where the image decides."""
    words = (*container.command, *container.args)
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option == "--entry_script":
            value = value if equals else (*words, "")[place + 1]
            path = posixpath.join(container.working_dir or "", value)
            # without workingDir the image's own folder counts, which nobody knows here
            return Entry(posixpath.normpath(path), "--entry_script", value) if path.startswith("/") else None
    value = value_of(container, "AZUREML_ENTRY_SCRIPT")
    if not value:
        return None
    root = value_of(container, "AML_APP_ROOT") or APP_ROOT
    return Entry(posixpath.normpath(posixpath.join(root, value)), "AZUREML_ENTRY_SCRIPT", value)


def mounts(workload: Workload, spec: PodSpec, container: Container) -> tuple[Mounted, ...]:
    """What each mount of a container holds."""
    return tuple(_mounted(workload, spec, container, mount) for mount in container.volume_mounts)


def over(found: tuple[Mounted, ...], path: str) -> Mounted | None:
    """The innermost mount that lies at a path or above it."""
    fits = [one for one in found if path == _plain(one) or path.startswith(f"{_plain(one)}/")]
    return max(fits, key=lambda one: len(_plain(one)), default=None)


def _plain(one: Mounted) -> str:
    return one.mount.mount_path.rstrip("/")


def _mounted(workload: Workload, spec: PodSpec, container: Container, mount: VolumeMount) -> Mounted:
    volume = spec.volume(mount.name)
    if volume is None or mount.sub_path_expr:
        return Mounted(mount, "volume", mount.name, None)
    if volume.empty_dir is not None:
        others = (one for one in (*spec.init_containers, *spec.containers) if one is not container)
        filled = any(each.name == mount.name for one in others for each in one.volume_mounts)
        own = bool(container.command) or container.lifecycle is not None
        return Mounted(mount, "empty volume", mount.name, None if filled or own else ())
    kind, name, items, objects = (
        ("config map", volume.config_map.name, volume.config_map.items, workload.config_maps)
        if volume.config_map
        else ("secret", volume.secret.secret_name, volume.secret.items, workload.secrets)
        if volume.secret
        else ("volume", mount.name, (), ())
    )
    if kind == "volume":
        return Mounted(mount, kind, name, None)
    there = None if isinstance(objects, Missing) else next((one for one in objects if one.name == name), None)
    if not items and there is None:
        return Mounted(mount, kind, name, None)
    paths = tuple(item.path for item in items) if items else (there.keys if there else ())
    if mount.sub_path:
        part = mount.sub_path.strip("/")
        inner = tuple(
            path.removeprefix(part).strip("/") for path in paths if path == part or path.startswith(f"{part}/")
        )
        return Mounted(mount, kind, name, tuple(posixpath.join(mount.mount_path, one).rstrip("/") for one in inner))
    return Mounted(mount, kind, name, tuple(posixpath.join(mount.mount_path, path) for path in paths))
