"""Manifests as files: the objects in them, and what is wrong with their form, each with its place."""

from typing import Literal

from checks.finding import Edit, Quote, Record

Problem = Literal["yaml", "repeated", "object", "api", "unknown", "type", "missing"]


class FileObject(Record, frozen=True):
    """One object of a file: `deployment/score` is `shown`; `line` is where it begins."""

    shown: str
    path: str
    line: int


class Fault(Record, frozen=True):
    """One thing that is wrong with the form of a file.

    `problem`: it is no YAML; a key stands twice; so does an object; no such API is served; a field that the API does
    not know; a value of another type; a field that is missing. `field` is the path
    (`spec.template.spec.containers[score].image`), `seen` and `wanted` what stands there and what the API expects,
    `hint` the nearest name, the right place or the API to use.
    `edits` cure it, and are certain to be meant.
    """

    problem: Problem
    object: str
    field: str
    quote: Quote
    seen: str = ""
    wanted: str = ""
    hint: str = ""
    edits: tuple[Edit, ...] = ()


class Manifest(Record, frozen=True, tag=True):
    """What files hold about one workload. `path` is the file of the workload itself.

    `version` is the Kubernetes whose schema counted (`1.34`), empty where none did, `unchecked` why an object was not
    held against it. `named` is true when a person named the version.
    """

    path: str
    objects: tuple[FileObject, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""
    named: bool = False
    unchecked: tuple[str, ...] = ()
