"""A variable refers to another one that is not known at its place, so the reference stays in the text.

What it finds
-------------
`$(NAME)` in a value of `env` where NAME stands further down in the list or nowhere, and in `command` or `args` where
the container has no such variable.

Why it breaks
-------------
The kubelet fills in what stands above in the list, what `envFrom` brings and the variables of services. Anything else
it leaves as it is, without an event: the program gets the text `$(NAME)/model` and finds no such file or host. What the
image sets is not known to it either.

How to fix
----------
Move the variable that is referred to above the one that refers to it, or write its value.

Learn more
----------
Kubernetes documentation, "Define Dependent Environment Variables". Source: kubelet `makeEnvironmentVariables`.
"""

import re
from collections.abc import Iterator, Sequence

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.container.seen import all_lines
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Severity, Stage
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import deployment, pod, running, scene, spec
from checks.kubernetes.seen import quote_field, templates, workload_of
from checks.runtime.wording import titled

_REFERENCE = re.compile(r"(?<!\$)(?:\$\$)*\$\((?P<name>[A-Za-z_][\w.-]*)\)")
_OF_SERVICES = re.compile(r"_(?:SERVICE_(?:HOST|PORT)\w*|PORT(?:_\d+_\w+)?)$")
_SHELL = re.compile(r"(?:^|/)(?:ba|da|z|k)?sh$")


@check(
    "kubernetes.variable-not-expanded",
    needs=("workload",),
    stage=Stage.START,
    severity=Severity.WARNING,
    confidence=Confidence.LIKELY,
    explains=("logs.model-file-missing", "logs.file-missing", "logs.unrecognised-exception", "logs.dns-failed"),
)
def variable_not_expanded(evidence: Evidence) -> Iterator[Finding]:
    """Read the list as the kubelet does; a log that holds the reference proves what it leads to."""
    workload = workload_of(evidence)
    lines = all_lines(evidence)
    for container, init in templates(workload):
        for path, text, name, late in _unknown(container):
            reference = f"$({name})"
            met = next((line for line in lines if reference in line.text), None)
            why = f"{name} stands below it" if late else "no such variable"
            yield Finding(
                title=titled(f"`{reference}` in {path} stays as it is: {why}", 88),
                evidence=(
                    quote_field(f"{workload.shown} container {container.name}", path, text),
                    *((met.quote,) if met else ()),
                ),
                severity=Severity.ERROR if met else None,
                confidence=Confidence.CERTAIN if met or late else None,
                about=(
                    f"container:{container.name}",
                    f"variable:{name}",
                    *((f"file:{whole}",) if met and (whole := _whole(met.text, reference)) else ()),
                ),
                fixes=tuple(_fixes(evidence, container, path, name, late=late, init=init)),
                confirm=f"kubectl exec {workload.shown} -n {workload.namespace} -c {container.name} -- env",
            )


def _unknown(container: Container) -> Iterator[tuple[str, str, str, bool]]:
    """(place, text, name that it refers to, whether the name stands below) of references that nothing fills in."""
    if container.env_from:
        return  # its keys may bring the name
    names = [one.name for one in container.env]
    for place, one in enumerate(container.env):
        for name in _names(one.value or ""):
            if name not in names[:place]:
                yield f"env {one.name}", one.value or "", name, name in names[place + 1 :]
    words = (*container.command, *container.args)
    if any(_SHELL.search(word) for word in words[:2]):
        return  # `$(date)` is the shell's own
    for word in words:
        for name in _names(word):
            if name not in names:
                yield ("command" if word in container.command else "args"), word, name, False


def _names(text: str) -> Sequence[str]:
    return [name for found in _REFERENCE.finditer(text) if not _OF_SERVICES.search(name := found["name"])]


def _whole(text: str, reference: str) -> str:
    """The path in which the reference stands."""
    found = re.search(rf"[^\s'\"`]*{re.escape(reference)}[^\s'\"`]*", text)
    return found[0].rstrip(":,;") if found else ""


def _fixes(evidence: Evidence, container: Container, path: str, name: str, *, late: bool, init: bool) -> Iterator[Fix]:
    if late and not isinstance(evidence.workload, Missing):
        workload, other = workload_of(evidence), container.variable(name)
        referring = container.variable(path.removeprefix("env "))
        if other and referring and other.value is not None and "$(" not in other.value:
            value = (referring.value or "").replace(f"$({name})", other.value)
            fields = {"env": [{"name": referring.name, "value": value}]}
            yield of_container(f"write the value of {name} itself", workload, container.name, fields, init=init)
        yield Fix(title=f"move {name} above {referring.name if referring else path} in the list `env`")
    else:
        yield Fix(title=f"set {name} above it in the list `env`, also where the image sets it, or write its value")


def _env(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


LATE = spec(env=_env(("FILE", "$(ROOT)/m.bin"), ("ROOT", "/models")))
EARLY = spec(env=_env(("ROOT", "/models"), ("FILE", "$(ROOT)/m.bin")))
NOWHERE = spec(command=["serve", "--models", "$(AZUREML_MODEL_DIR)/m"])
MET = "FileNotFoundError: [Errno 2] No such file or directory: '$(ROOT)/m.bin'"
CASES = (
    fires(
        scene(MET, controller=deployment(LATE), pods=(pod(running(ready=False), LATE),)),
        saw="`$(ROOT)` in env FILE stays as it is: ROOT stands below it",
        findings=1,
    ),
    fires(scene(controller=deployment(NOWHERE)), saw="stays as it is: no such variable", findings=1),
    quiet(scene(controller=deployment(EARLY))),
    quiet(scene(controller=deployment(spec(command=["/bin/sh", "-c", "echo $(date)"]))), name="a shell's own"),
    quiet(scene(controller=deployment(spec(args=["$$(ROOT)"]))), name="escaped"),
    quiet(scene(controller=deployment(spec(env=_env(("URL", "http://$(DB_SERVICE_HOST)"))))), name="of a service"),
    quiet(scene(controller=deployment({**LATE, "envFrom": [{"configMapRef": {"name": "app"}}]})), name="perhaps there"),
)
