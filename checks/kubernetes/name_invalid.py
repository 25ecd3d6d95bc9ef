"""A name in a manifest is not one that Kubernetes allows.

What it finds
-------------
Names of objects, containers, volumes, ports and variables with upper-case letters, underscores, dots or spaces where
none are allowed, or that are too long; keys of config maps and labels with values that are none.

Why it breaks
-------------
Names become parts of host names and paths, so the API server takes lower-case letters, digits and `-` (RFC 1123), at
most 63 of them, 15 for a port; a service's name begins with a letter. It refuses the object with `Invalid value`.

How to fix
----------
Write the name in lower case, with `-` for everything else, and wherever it is referred to.

Learn more
----------
Kubernetes documentation, "Object Names and IDs". Source: `validation.go` of apimachinery.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.scenes import deployment, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, pod_path

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_OBJECT = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT = re.compile(r"(?=.{1,15}\Z)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VARIABLE = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")
_ANY_VARIABLE = re.compile(r"[ -<>-~]+")
_KEY = re.compile(r"[-._A-Za-z0-9]{1,253}")
_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")

RELAXED = 32
"""From 1.32 on the name of a variable may hold anything but `=`."""

Name = tuple[str, str, str, str, "re.Pattern[str]", int]
"""What it is, its object, its path, the name, what it must look like, and how long it may be."""


@check("kubernetes.name-invalid", needs=("workload",), stage=Stage.START, confidence=Confidence.CERTAIN)
def name_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Look at every name that the API server judges."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for what, source, path, name, form, most in _names(workload):
        if not name or form.fullmatch(name):
            continue
        right = _right(name, most, form)
        long = len(name) > most
        wrong = f"has {len(name)} characters, {most} are allowed" if long else "is not one that Kubernetes allows"
        yield Finding(
            title=f"{what} `{name if len(name) < 40 else name[:38] + '…'}` {wrong}"[:88],
            evidence=(quote_field(source, path, name),),
            about=(f"name:{name}",),
            fixes=(Fix(title=f"name it `{right}`, and where it is referred to", safety=Safety.REVIEW),),
        )


def _names(workload: Workload) -> Iterator[Name]:
    shown = workload.shown
    yield f"the {workload.kind} name", shown, "metadata.name", workload.name, _OBJECT, 253
    yield "the namespace", shown, "metadata.namespace", workload.namespace, _LABEL, 63
    for container, path, _ in containers_with_path(workload):
        yield "the container name", shown, f"{path}.name", container.name, _LABEL, 63
        for port in container.ports:
            if port.name:
                yield "the port name", shown, f"{path}.ports[{port.name}].name", port.name, _PORT, 15
        for variable in container.env:
            strict = (workload.server.minor or RELAXED) < RELAXED
            form = _VARIABLE if strict else _ANY_VARIABLE
            yield "the variable", shown, f"{path}.env[{variable.name}].name", variable.name, form, 253
    for volume in workload.spec.volumes if workload.spec else ():
        yield "the volume name", shown, f"{pod_path(workload)}.volumes[{volume.name}].name", volume.name, _LABEL, 63
    for key, value in workload.labels.items():
        yield f"the value of the label `{key}`", shown, f"spec.template.metadata.labels.{key}", value, _VALUE, 63
    for one in () if isinstance(workload.services, Missing) else workload.services:
        yield "the service name", f"service/{one.name}", "metadata.name", one.name, _SERVICE, 63
    for resource, found in (("configmap", workload.config_maps), ("secret", workload.secrets)):
        for held in () if isinstance(found, Missing) else found:
            shown = f"{resource}/{held.name}"
            yield f"the {resource} name", shown, "metadata.name", held.name, _OBJECT, 253
            for key in held.keys:
                yield f"the key of {shown}", shown, f"data[{key}]", key, _KEY, 253


def _right(name: str, most: int, form: "re.Pattern[str]") -> str:
    """The nearest name that is allowed."""
    if form in {_VARIABLE, _ANY_VARIABLE, _KEY}:
        return re.sub(r"[^A-Za-z0-9_.]+", "_", name)
    made = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-")
    made = re.sub(r"^[^a-z]+", "", made) if form is _SERVICE else made
    return made[: min(most, 63)].strip("-") or "<name>"


CASES = (
    fires(
        scene(controller=deployment(spec(name="Inference_Server")), from_files=True), saw="container name", findings=1
    ),
    fires(
        scene(
            controller=deployment(spec(ports=[{"containerPort": 5001, "name": "scoring-http-port"}])), from_files=True
        ),
        saw="has 17 characters, 15 are allowed",
    ),
    fires(scene(services=(service(name="1score"),), from_files=True), saw="the service name `1score`"),
    quiet(scene(services=(service(),), from_files=True)),
)
