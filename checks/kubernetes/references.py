"""What pods take from config maps and secrets: each place that names one, and what the namespace has."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from checks.cluster.pods import Container, KeyToPath, PodSpec
from checks.cluster.subject import Workload
from checks.cluster.supplies import Keys
from checks.evidence import Missing

Kind = Literal["config map", "secret"]
T = TypeVar("T")


@dataclass(frozen=True)
class Reference:
    """One place of a pod that names a config map or secret, or one key of it.

    `where` says the place as a person would look for it. `container` is the one whose variables are meant, empty for a
    volume. `key` is empty where all of it is taken.
    `of_driver`: the volume's driver reads it, perhaps in another namespace.
    """

    kind: Kind
    name: str
    key: str
    where: str
    container: str = ""
    init: bool = False
    volume: str = ""
    variable: str = ""
    of_driver: bool = False

    @property
    def about(self) -> str:
        """The subject of a finding."""
        return f"{self.kind.replace(' ', '')}:{self.name}"

    @property
    def resource(self) -> str:
        """How kubectl calls it."""
        return self.kind.replace(" ", "")


def required(spec: PodSpec) -> tuple[Reference, ...]:
    """Every reference without which the pod does not start; optional ones are left out."""
    inits = (one for container in spec.init_containers for one in _of_container(container, True))
    return (*inits, *(one for container in spec.containers for one in _of_container(container, False)), *_volumes(spec))


def _of_container(container: Container, init: bool) -> Iterator[Reference]:
    name = container.name
    for source in container.env_from:
        for kind, whole in _both(source.config_map_ref, source.secret_ref):
            if whole and whole.name and not whole.optional:
                yield Reference(kind, whole.name, "", f"envFrom of container {name}", name, init)
    for variable in container.env:
        taken = variable.value_from
        if taken is None:
            continue
        for kind, one in _both(taken.config_map_key_ref, taken.secret_key_ref):
            if one and one.name and not one.optional:
                where = f"env {variable.name} of container {name}"
                yield Reference(kind, one.name, one.key, where, name, init, variable=variable.name)


def _volumes(spec: PodSpec) -> Iterator[Reference]:
    for volume in spec.volumes:
        where = f"volume {volume.name}"
        maps = [("config map", volume.config_map)] if volume.config_map else []
        parts: list[tuple[str, str, tuple[KeyToPath, ...], bool]] = [
            (kind, one.name, one.items, one.optional) for kind, one in maps
        ]
        if volume.secret:
            parts.append(("secret", volume.secret.secret_name, volume.secret.items, volume.secret.optional))
        if volume.azure_file:
            parts.append(("secret", volume.azure_file.secret_name, (), False))
        for source in volume.projected.sources if volume.projected else ():
            parts += [
                (kind, one.name, one.items, one.optional)
                for kind, one in (("config map", source.config_map), ("secret", source.secret))
                if one
            ]
        for kind, name, items, optional in parts:
            if not name or optional:
                continue
            typed: Kind = "secret" if kind == "secret" else "config map"
            yield Reference(typed, name, "", where, volume=volume.name, of_driver=volume.azure_file is not None)
            for item in items:
                yield Reference(typed, name, item.key, where, volume=volume.name)


def _both(config_map: T | None, secret: T | None) -> tuple[tuple[Kind, T | None], tuple[Kind, T | None]]:
    return ("config map", config_map), ("secret", secret)


def held(workload: Workload, kind: Kind) -> tuple[Keys, ...] | None:
    """The config maps or secrets of the namespace; None where they were not read."""
    found = workload.config_maps if kind == "config map" else workload.secrets
    return None if isinstance(found, Missing) else found


def find(workload: Workload, reference: Reference) -> Keys | None:
    """The object that a reference names, when it was read and is there."""
    return next((one for one in held(workload, reference.kind) or () if one.name == reference.name), None)


def near(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Names that resemble one, the closest first: the same but for case and separators, or a few letters apart."""
    plain = name.lower().replace("_", "-").replace(".", "-")
    same = [one for one in known if one.lower().replace("_", "-").replace(".", "-") == plain]
    return tuple(dict.fromkeys((*same, *difflib.get_close_matches(name, known, n=2, cutoff=0.7))))
