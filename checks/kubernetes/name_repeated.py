"""Two containers, volumes, ports or variables of a pod have the same name.

What it finds
-------------
A name that stands twice among the containers, the volumes or the ports of a pod, a folder into which two volumes are
mounted, and a variable that is set twice in one container.

Why it breaks
-------------
The API server refuses names that stand twice, with `Duplicate value` or `must be unique`. Of a variable it keeps the
last value in silence, and kubectl's merges of such lists lose entries.

How to fix
----------
Rename one of the two, or take one out.

Learn more
----------
Source: `ValidatePodSpec` of the API server, kubernetes/pkg/apis/core/validation.
"""

from collections import Counter
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Safety, Severity, Stage
from checks.kubernetes.scenes import deployment, scene, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, pod_path


@check("kubernetes.name-repeated", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def name_repeated(evidence: Evidence) -> Iterator[Finding]:
    """Count names."""
    workload = workload_of(evidence)
    if not workload.from_files or workload.spec is None:
        return
    for what, path, items in _lists(workload):
        last = dict(items)
        for name, count in Counter(name for name, _ in items).items():
            if count < 2 or not name:
                continue
            variable = what == "variable"
            yield Finding(
                title=f"the {what} `{name}` stands {'twice' if count == 2 else f'{count} times'} in {workload.shown}"[
                    :88
                ],
                severity=Severity.WARNING if variable else Severity.ERROR,
                evidence=(
                    quote_field(
                        workload.shown,
                        f"{path}[{last[name]}].{_FIELD.get(what, 'name')}",
                        f"`{name}` {count} times; expected once",
                    ),
                ),
                about=(f"{'variable' if variable else 'name'}:{name}",),
                fixes=(
                    Fix(
                        title=f"keep one `{name}`; the last one counts now" if variable else _cure(what),
                        safety=Safety.REVIEW,
                    ),
                ),
            )


_FIELD = {"mount path": "mountPath"}
"""What repeats, where it is no name."""


def _cure(what: str) -> str:
    return "mount all but one elsewhere" if what == "mount path" else "rename all but one"


def _lists(workload: Workload) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """What is counted, where, and each with the name of the item that holds it."""
    spec_ = workload.spec
    assert spec_ is not None
    outer = pod_path(workload)
    yield (
        "container",
        f"{outer}.containers",
        [(one.name, one.name) for one in (*spec_.init_containers, *spec_.containers)],
    )
    yield "volume", f"{outer}.volumes", [(one.name, one.name) for one in spec_.volumes]
    for container, path, _ in containers_with_path(workload):
        yield "variable", f"{path}.env", [(one.name, one.name) for one in container.env]
        yield "port name", f"{path}.ports", [(one.name, one.name) for one in container.ports]
        yield "mount path", f"{path}.volumeMounts", [(one.mount_path, one.name) for one in container.volume_mounts]


CASES = (
    fires(scene(controller=deployment(spec(), spec()), from_files=True), saw="stands twice", findings=1),
    fires(
        scene(
            controller=deployment(spec(env=[{"name": "MODE", "value": "a"}, {"name": "MODE", "value": "b"}])),
            from_files=True,
        ),
        saw="the variable `MODE` stands twice",
    ),
    quiet(scene(controller=deployment(spec(), spec(name="sidecar")), from_files=True)),
)
