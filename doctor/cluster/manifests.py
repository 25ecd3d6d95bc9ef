"""Manifests as evidence: what files would make of a cluster, each object with the lines that it stands on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from checks.cluster.manifest import Fault, FileObject, Manifest
from checks.cluster.metadata import Metadata
from checks.cluster.subject import Server, Workload
from checks.evidence import Evidence, Missing, Target
from doctor.cluster.listing import Listed
from doctor.cluster.manifest_file import ManifestFile, Written
from doctor.cluster.manifest_paths import KUSTOMIZE, is_manifest, manifests_in
from doctor.cluster.schema import Schema, Version, fault_of_api, faults_of, schema_for, version_of
from doctor.cluster.snapshot import Snapshot
from doctor.cluster.subjects import Subject, subjects_of, workload_of
from doctor.cluster.typed import ENDING, PLURALS, WORKLOADS, namespace_of, record_of
from doctor.cluster.yaml_tree import repeated, walk
from doctor.errors import CannotExamine

LARGEST = 20 << 20  # bytes of a file

__all__ = ("Collected", "collect", "collect_manifests", "is_manifest", "manifests_in", "read")

NOTHING_RUNS = "manifests: nothing runs yet"


@dataclass
class Collected:
    """What one report speaks of: its evidence, its main file, and all objects, whose places its quotes may name."""

    evidence: Evidence
    file: ManifestFile
    objects: Sequence[Written]
    lonely: bool = False
    """True where no file holds a workload that a service could lead to."""
    meant: dict[int, Written] = field(default_factory=dict)
    """By `id` of an object, how it is meant where a field is misspelt."""


@dataclass
class _Group:
    """What becomes one report: a workload with what belongs to it, or a file without one."""

    file: ManifestFile
    workload: Workload | Missing
    objects: list[Written] = field(default_factory=list)


def collect_manifests(paths: Sequence[Path], version: Version | None = None) -> tuple[Evidence, ...]:
    """One piece of evidence for each workload of the files, seen together: what they name must be found among them.

    A file that is no YAML is evidence too. Raises CannotExamine for one that cannot be read, or is a template.
    """
    return tuple(one.evidence for one in collect(paths, version or version_of(None)))


def collect(paths: Sequence[Path], version: Version) -> list[Collected]:
    """The same, with the trees that places are found in. Raises as `collect_manifests`."""
    schema = schema_for(version)
    together = _together([read(path) for path in paths])
    return [one for files in together for one in _collected(files, schema, version)]


def _collected(files: Sequence[ManifestFile], schema: Schema | None, version: Version) -> Iterator[Collected]:
    """The reports of files that are applied together."""
    objects = [one for file in files for one in file.objects()]
    faults = {id(one): _faults(one, schema, version) for one in objects}
    for again, first in _repeated(objects):
        faults[id(again)].append(_fault_of_object(again, first))
    meant = _as_meant(objects, faults)
    groups = _groups(objects, version, meant)
    _add_the_rest(groups, files, objects, {key for key, found in faults.items() if found})
    for group in groups:
        one = _finished(group, groups, objects, faults, schema, version)
        yield replace(one, meant=meant)


def _together(files: Sequence[ManifestFile]) -> list[list[ManifestFile]]:
    """Files that can be applied together: those of variants of one service define the same objects anew."""
    sets: list[tuple[list[ManifestFile], set[tuple[str, ...]]]] = []
    for file in files:
        own = {one.identity for one in file.objects()}
        folder = Path(file.path).parent
        beside = sorted(sets, key=lambda one: all(Path(other.path).parent != folder for other in one[0]))
        home = next((one for one in beside if not own & one[1]), None)
        if home is None:
            home = ([], set())
            sets.append(home)
        home[0].append(file)
        home[1].update(own)
    return [one for one, _ in sets]


def _repeated(objects: Sequence[Written]) -> Iterator[tuple[Written, Written]]:
    """Objects that a file defines a second time, each with the first."""
    first: dict[tuple[str, ...], Written] = {}
    for one in objects:
        before = first.setdefault(one.identity, one)
        if before is not one and one.name:
            yield one, before


def _fault_of_object(again: Written, first: Written) -> Fault:
    place = next((value for path, _, value in walk(again.node) if path == "metadata.name"), again.node)
    return Fault(
        problem="object",
        object=again.shown,
        field="metadata.name",
        quote=again.file.quote_node(place),
        seen=f"line {first.line}",
    )


def read(path: Path) -> ManifestFile:
    """One file. Raises CannotExamine for what is no text, too large, or to be rendered first."""
    if path.name in KUSTOMIZE:
        raise CannotExamine(
            f"{path} is an instruction for kustomize; render it first: "
            f"kubectl kustomize {path.parent} > all.yaml; doctor check all.yaml"
        )
    try:
        if path.stat().st_size > LARGEST:
            raise CannotExamine(f"{path} has more than {LARGEST >> 20} MB; split it, or give the part that matters")
        made = ManifestFile.read(str(path), path.read_bytes())
    except UnicodeDecodeError as error:
        raise CannotExamine(f"{path} is no UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror or error}") from error
    if made.is_template:
        raise CannotExamine(
            f"{path} is a template, as of a Helm chart; render it first: helm template <chart> > all.yaml; "
            "doctor check all.yaml"
        )
    return made


def _faults(one: Written, schema: Schema | None, version: Version) -> list[Fault]:
    found = [
        Fault(
            problem="repeated",
            object=one.shown,
            field=_path_of(one, again.key.start_mark.index) or str(again.key.value),
            quote=one.file.quote_node(again.key),
            seen=f"line {again.first_line}",
            wanted="" if again.differs else "the same value",
        )
        for again in repeated(one.node)
    ]
    api = fault_of_api(one, schema, version)
    found += [api] if api else []
    return [*found, *(faults_of(one, schema) if schema else ())]


def _path_of(one: Written, index: int) -> str:
    """The path of the key that begins at an offset of the file."""
    for path, key, _ in walk(one.node):
        if key is not None and key.start_mark.index == index:
            return path
    return ""


def _as_meant(objects: Sequence[Written], faults: dict[int, list[Fault]]) -> dict[int, Written]:
    """The objects in which a field is misspelt, or of a wrong type, as they are surely meant; on the same lines.

    Otherwise `volumeClaimTemplate` would be told twice: as a name, and as the volume that a container lacks.
    """
    meant: dict[int, Written] = {}
    for file in {id(one.file): one.file for one in objects}.values():
        own = [one for one in objects if one.file is file]
        found = [fault for one in own for fault in faults[id(one)] if fault.problem in {"unknown", "type"}]
        edits = sorted({edit for fault in found for edit in fault.edits}, key=lambda edit: -edit.start_column)
        if not edits:
            continue
        lines = list(file.lines)
        for edit in edits:  # each lies on one line
            line = lines[edit.start_line - 1]
            lines[edit.start_line - 1] = line[: edit.start_column] + edit.replacement + line[edit.end_column :]
        again = list(ManifestFile.read(file.path, "".join(lines).encode()).objects())
        if len(again) == len(own):
            meant |= {id(one): other for one, other in zip(own, again, strict=True)}
    return meant


def _snapshot(objects: Sequence[Written], meant: dict[int, Written]) -> tuple[Snapshot, dict[int, Written]]:
    """The files as lists of a cluster, and what each record was written as."""
    namespace = namespace_of([one.data for one in objects])
    lists: dict[str, list[object]] = {}
    origin: dict[int, Written] = {}
    for one in objects:
        if one.kind not in PLURALS or not one.name:
            continue
        record = record_of(meant.get(id(one), one).data, namespace)
        lists.setdefault(PLURALS[one.kind][0], []).append(record)
        origin[id(record)] = one
    return Snapshot(None, {kind: Listed(items=tuple(items)) for kind, items in lists.items()}), origin


def _parts(subject: Subject) -> list[object]:
    own = [subject.controller] if subject.controller else []
    return [*own, *subject.pods, *subject.services, *subject.ingresses]


def _joined(subjects: list[Subject]) -> list[Subject]:
    """Where the files hold one workload, a service or an ingress that leads nowhere is meant for it."""
    workloads = [one for one in subjects if one.kind not in {"Service", "Ingress"}]
    if len(workloads) != 1:
        return subjects
    only = workloads[0]
    for one in subjects:
        if one is not only:
            only.services += [service for service in one.services if service not in only.services]
            only.ingresses += [ingress for ingress in one.ingresses if ingress not in only.ingresses]
    return workloads


def _groups(objects: Sequence[Written], version: Version, meant: dict[int, Written]) -> list[_Group]:
    """The workloads of the files, each with the objects that are about it."""
    snapshot, origin = _snapshot(objects, meant)
    foreign = tuple(_foreign(objects))
    taken: set[int] = set()
    groups: list[_Group] = []
    for subject in _joined(subjects_of(snapshot)):
        parts = [origin[id(part)] for part in _parts(subject)]
        main = next((one for one in parts if one.kind in WORKLOADS), parts[0])
        mine = [one for one in parts if id(one) not in taken]
        taken |= {id(one) for one in mine}
        groups.append(_Group(main.file, _workload(subject, snapshot, version, foreign), mine))
    return groups


def _foreign(objects: Sequence[Written]) -> Iterator[Metadata]:
    """What the pods of other kinds (a Rollout, a ReplicationController) will carry, whose objects are not read."""
    for one in objects:
        template = one.data.get("spec") if one.kind not in WORKLOADS else None
        for key in ("template", "metadata", "labels"):
            template = template.get(key) if isinstance(template, dict) else None
        if isinstance(template, dict):
            labels = {str(key): value for key, value in template.items() if isinstance(value, str)}
            yield Metadata(name=one.name, namespace=one.text("metadata", "namespace"), labels=labels)


def _workload(subject: Subject, snapshot: Snapshot, version: Version, foreign: tuple[Metadata, ...]) -> Workload:
    server = Server(version=version.shown, minor=version.minor) if version.named else Server()
    made = workload_of(subject, snapshot, server, "", ())
    absent = {
        name: Missing(reason=f"the files hold no {name.replace('_', ' ')}")
        for name in Workload.__struct_fields__
        if isinstance(getattr(made, name), Missing)
    }
    kind = subject.controller.kind if subject.controller and subject.controller.kind else made.kind
    return msgspec.structs.replace(
        made,
        **{
            **absent,
            "others": (*made.others, *foreign),
            "kind": kind,
            "from_files": True,
            "events": Missing(reason=NOTHING_RUNS),
        },
    )


def _add_the_rest(
    groups: list[_Group], files: Sequence[ManifestFile], objects: Sequence[Written], faulty: set[int]
) -> None:
    """Give all other objects to the first workload of their file; a file without one is a report if there is cause."""
    taken = {id(one) for group in groups for one in group.objects}
    none = not groups
    for file in files:
        rest = [one for one in objects if one.file is file and id(one) not in taken]
        home = next((group for group in groups if group.file is file), None)
        if home is None and (none or file.broken or any(id(one) in faulty for one in rest)):
            home = _Group(file, Missing(reason="the file holds no workload"))
            groups.append(home)
        if home is not None:
            home.objects += rest


def _finished(
    group: _Group,
    groups: Sequence[_Group],
    objects: Sequence[Written],
    faults: dict[int, list[Fault]],
    schema: Schema | None,
    version: Version,
) -> Collected:
    beside = [other for other in groups if other.file is group.file]
    found = [fault for one in group.objects for fault in faults[id(one)]]
    if group.file.broken and beside[0] is group:
        found.insert(0, _fault_of_yaml(group.file))
    manifest = Manifest(
        path=group.file.path,
        objects=tuple(FileObject(shown=one.shown, path=one.file.path, line=one.line) for one in objects),
        faults=tuple(found),
        version=f"1.{schema.minor}" if schema else "",
        named=version.named,
        unchecked=_unchecked(group.objects, schema),
    )
    several = len(beside) > 1 and isinstance(group.workload, Workload)
    name = f"{group.file.path}: {group.workload.shown}" if several else group.file.path  # type: ignore[union-attr]
    target = Target(kind="manifest", name=name)
    evidence = Evidence(target=target, workload=group.workload, manifest=manifest)
    lonely = not any(one.kind in WORKLOADS - ENDING for one in objects)
    return Collected(evidence, group.file, [*group.objects, *objects], lonely)


def _unchecked(objects: Sequence[Written], schema: Schema | None) -> tuple[str, ...]:
    if schema is None:
        return ("no schema was checked: the distribution kubernetes-validate is not installed",)
    foreign = dict.fromkeys(one.shown for one in objects if schema.of(one.key) is None)
    return (f"no schema is known for {', '.join(foreign)}",) if foreign else ()


def _fault_of_yaml(file: ManifestFile) -> Fault:
    assert file.broken is not None
    broken = file.broken
    return Fault(
        problem="yaml",
        object="",
        field="",
        quote=file.quote(broken.line, broken.column, 1),
        seen=broken.message,
    )
