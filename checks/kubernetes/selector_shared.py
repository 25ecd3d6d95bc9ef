"""A service sends a part of its requests to another workload.

What it finds
-------------
A service whose selector fits the pods of this workload and those of an unrelated one.

Why it breaks
-------------
A service spreads its requests over all pods that carry the labels, whoever made them. Some requests come to a stranger:
clients get 404, another model's answer, or a refused connection, now and then.

How to fix
----------
Select a label that only the pods of this workload carry.

Learn more
----------
Kubernetes documentation, "Labels and Selectors". Two versions of one service behind a shared label are usual, and are
not told.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.metadata import Metadata
from checks.cluster.subject import Workload
from checks.cluster.traffic import Service
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.scenes import Made, pod, running, scene, service
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.services import of_object, selecting, selects, shown
from checks.runtime.wording import titled
from checks.text import listed

_HASH = re.compile(r"(?:-[a-f0-9]{6,10}|-\d+)$")
_VERSION = re.compile(r"[-_.]?(?:v?\d[\w.]*|blue|green|canary|stable|primary|prod|new|old|next|beta|alpha|shadow|a|b)$")


@check(
    "kubernetes.selector-shared",
    needs=("workload",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
)
def selector_shared(evidence: Evidence) -> Iterator[Finding]:
    """Name the strangers, leaving out other versions of the same service."""
    workload = workload_of(evidence)
    for one in selecting(workload):
        strangers = {
            owner_of(other): other
            for other in workload.others
            if selects(one, other.labels) and not _is_kin(workload, other) and not other.deletion_timestamp
        }
        if not strangers:
            continue
        names = sorted(strangers)
        yield Finding(
            title=titled(f"service/{one.name} also sends requests to the pods of {listed(names, 2)}", 88),
            evidence=(
                quote_field(f"service/{one.name}", "spec.selector", shown(one.spec.selector)),
                *(
                    Quote(source=f"pod/{strangers[name].name}", text=shown(strangers[name].labels, 6))
                    for name in names[:3]
                ),
            ),
            about=(f"service:{one.name}",),
            fixes=(_fix(workload, one, tuple(strangers.values())),),
        )


def owner_of(other: Metadata) -> str:
    """The workload that a pod belongs to, as far as names tell."""
    owner = other.controller
    if owner is None:
        return other.name
    return _HASH.sub("", owner.name) if owner.kind == "ReplicaSet" else owner.name


def _is_kin(workload: Workload, other: Metadata) -> bool:
    """True for another version of the same service."""
    mine, theirs = _VERSION.sub("", workload.name), _VERSION.sub("", owner_of(other))
    return mine == theirs or mine.startswith(f"{theirs}-") or theirs.startswith(f"{mine}-")


def _fix(workload: Workload, one: Service, others: tuple[Metadata, ...]) -> Fix:
    own = {
        key: value
        for key, value in workload.labels.items()
        if key != "pod-template-hash" and all(other.labels.get(key) != value for other in others)
    }
    first = dict(list(own.items())[:1]) or {"<label of these pods alone>": "<its value>"}
    title = f"let the service select {shown(first)}, too"
    return of_object(title, workload, "service", one.name, {"spec": {"selector": {**one.spec.selector, **first}}})


def _other(owner: str, **labels: str) -> Made:
    reference = {"kind": "ReplicaSet", "name": f"{owner}-5f6b7c8d9", "controller": True}
    return {"name": f"{owner}-5f6b7c8d9-x2x4z", "labels": {"app": "score", **labels}, "ownerReferences": [reference]}


CASES = (
    fires(
        scene(pods=(pod(running()),), services=(service(),), others=(_other("billing"), _other("billing"))),
        saw="also sends requests to the pods of billing",
        findings=1,
    ),
    quiet(scene(services=(service(),), others=(_other("score-v2"), _other("score-canary"))), name="other versions"),
    quiet(scene(services=(service(),), others=({"name": "x", "labels": {"app": "billing"}},)), name="other labels"),
    quiet(scene(others=(_other("billing"),)), name="no service"),
)
