"""What is said of a config map or secret that is not there: the same words for both."""

import re
import shlex
from collections.abc import Iterator

from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Severity
from checks.kubernetes.references import Kind, Reference, held, near
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.stuck import UPSHOT
from checks.kubernetes.unmet import Unmet, unmet
from checks.runtime.wording import titled
from checks.text import listed

VOLUME_WAITS = (
    "kubernetes.volume-not-mounted",
    "kubernetes.container-not-configured",
    "kubernetes.volume-provider-failed",
    *UPSHOT,
    "logs.volumes-not-mounted",
    "logs.volume-mount-failed",
    "logs.container-not-created",
)
"""Symptoms of what pods wait for."""


def absent(evidence: Evidence, kind: Kind) -> Iterator[Finding]:
    """One finding for each object of that kind that is needed and not there."""
    workload = workload_of(evidence)
    for one in unmet(workload, keys=False):
        reference = one.reference
        if reference.kind != kind:
            continue
        namespace = _namespace(workload, one)
        known = () if namespace != workload.namespace else tuple(each.name for each in held(workload, kind) or ())
        close = near(reference.name, known)
        yield Finding(
            title=titled(f"the {kind} `{reference.name}` does not exist in namespace {namespace}", 88),
            evidence=(
                *one.quotes,
                quote_field(workload.shown, reference.where, f"{kind} {reference.name}"),
                *(_beside(workload, kind, known, close) if namespace == workload.namespace else ()),
            ),
            severity=Severity.ERROR if one.stuck else Severity.WARNING,
            about=_about(reference),
            fixes=(*(_renamed(workload, reference, name) for name in close[:1]), _made(namespace, reference)),
            confirm=f"kubectl get {reference.resource} {reference.name} -n {namespace}",
        )


def _namespace(workload: Workload, one: Unmet) -> str:
    """Where it is looked for: a driver of the cluster may look in another namespace than that of the pods."""
    named = re.compile(rf"get secret ([\w.-]+)/{re.escape(one.reference.name)}\b")
    found = next((said[1] for quote in one.quotes if (said := named.search(quote.text))), "")
    return found or workload.namespace


def _about(reference: Reference) -> tuple[str, ...]:
    place = f"volume:{reference.volume}" if reference.volume else f"container:{reference.container}"
    return (reference.about, place)


def _beside(workload: Workload, kind: Kind, known: tuple[str, ...], close: tuple[str, ...]) -> tuple[Quote, ...]:
    if held(workload, kind) is None:
        return ()
    similar = f"; of a similar name: {listed([f'`{name}`' for name in close])}" if close else ""
    text = f"{listed(sorted(known))}{similar}"
    return (Quote(source=f"{kind}s of {workload.namespace}", text=text),)


def _made(namespace: str, reference: Reference) -> Fix:
    what = "secret generic" if reference.kind == "secret" else "configmap"
    every = "--from-env-file=<file of KEY=value lines>" if reference.container else "--from-file=<file>"
    key = f"--from-literal={reference.key}=<value>" if reference.key else every
    words = shlex.join(["kubectl", "create", *what.split(), reference.name, "-n", namespace])
    return Fix(
        title=f"make the {reference.kind} `{reference.name}`",
        safety=Safety.PLACEHOLDER,
        commands=(f"{words} {key}",),
    )


def _renamed(workload: Workload, reference: Reference, name: str) -> Fix:
    """The place is named, and not patched: lists of volumes and variables hold more than their names."""
    return Fix(
        title=f"if the {reference.kind} `{name}` is meant, name it in {reference.where}",
        commands=(f"kubectl edit {workload.shown} -n {workload.namespace}",),
    )
