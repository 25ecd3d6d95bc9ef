"""A field of a manifest has a value that the API server does not allow.

What it finds
-------------
A word outside the ones allowed (`imagePullPolicy: always`, `type: Loadbalancer`), a deployment whose pods shall not
restart, a port beyond 65535, a probe without an action or with two, a liveness probe that must succeed twice, a
variable with a value and a source.

Why it breaks
-------------
The schema allows any text there, so a linter passes it; the API server knows the few that mean something and refuses
the object with `Unsupported value` or `Invalid value`.

How to fix
----------
Write one of the allowed values; they are case-sensitive.

Learn more
----------
Source: kubernetes/pkg/apis/core/validation, of 1.20 to 1.34.
"""

from collections.abc import Iterable, Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container, Probe
from checks.cluster.subject import Workload
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.kubernetes.scenes import deployment, scene, service, spec
from checks.kubernetes.seen import quote_field, workload_of
from checks.kubernetes.specs import containers_with_path, pod_path

Refused = tuple[str, str, object, str]
"""Object, path, what stands there, what is allowed."""

_PULL = ("Always", "IfNotPresent", "Never")
_SERVICE = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_PROTOCOL = ("TCP", "UDP", "SCTP")
_RESTART = {"Job": ("Never", "OnFailure"), "CronJob": ("Never", "OnFailure"), "Pod": ("Always", "OnFailure", "Never")}


@check("kubernetes.value-refused", needs=("workload",), stage=Stage.BUILD, confidence=Confidence.CERTAIN)
def value_refused(evidence: Evidence) -> Iterator[Finding]:
    """Hold the values against those that the API server allows."""
    workload = workload_of(evidence)
    if not workload.from_files:
        return
    for source, path, seen, allowed in (*_of_pod(workload), *_of_services(workload)):
        field = path.rsplit(".", 1)[-1]
        yield Finding(
            title=f"`{field}: {seen}` is not allowed in {source}"[:88],
            evidence=(quote_field(source, path, seen), quote_field("expected", field, allowed)),
            about=(f"name:{source.partition('/')[2]}", f"field:{path}"),
            fixes=(Fix(title=f"write {allowed}", safety=Safety.REVIEW),),
        )


def _of_pod(workload: Workload) -> Iterator[Refused]:
    if workload.spec is None:
        return
    allowed = _RESTART.get(workload.kind, ("Always",))
    shown, restart = workload.shown, workload.spec.restart_policy
    if restart not in allowed:
        yield shown, f"{pod_path(workload)}.restartPolicy", restart, _either(allowed)
    for container, path, init in containers_with_path(workload):
        for inner, seen, good in _of_container(container, init=init):
            yield shown, f"{path}.{inner}", seen, good


def _of_container(container: Container, *, init: bool) -> Iterator[tuple[str, object, str]]:
    if container.image_pull_policy not in ("", *_PULL):
        yield "imagePullPolicy", container.image_pull_policy, _either(_PULL)
    for number, port in enumerate(container.ports):
        at = f"ports[{port.name or number}]"
        if not 0 < port.container_port < 65536:
            yield f"{at}.containerPort", port.container_port, "1 to 65535"
        if port.protocol not in _PROTOCOL:
            yield f"{at}.protocol", port.protocol, _either(_PROTOCOL)
    for variable in container.env:
        if variable.value and variable.value_from:
            yield f"env[{variable.name}].valueFrom", "beside `value`", "a value or a source, not both"
    probes = (container.startup_probe, container.readiness_probe, container.liveness_probe)
    for name, probe in zip(("startupProbe", "readinessProbe", "livenessProbe"), probes, strict=True):
        if probe is not None:
            yield from ((f"{name}{inner}", seen, good) for inner, seen, good in _of_probe(name, probe))
            if init and container.restart_policy != "Always":
                yield name, "in an init container", "no probe: an init container ends before it could be asked"


def _of_probe(name: str, probe: Probe) -> Iterator[tuple[str, object, str]]:
    actions = [one for one in (probe.http_get, probe.exec, probe.tcp_socket, probe.grpc) if one is not None]
    if len(actions) != 1:
        yield "", f"{len(actions)} actions", "one of httpGet, exec, tcpSocket, grpc"
    if name != "readinessProbe" and probe.success_threshold != 1:
        yield ".successThreshold", probe.success_threshold, "1"
    if probe.http_get and isinstance(probe.http_get.port, int) and not 0 < probe.http_get.port < 65536:
        yield ".httpGet.port", probe.http_get.port, "1 to 65535"
    if probe.http_get and probe.http_get.scheme not in {"HTTP", "HTTPS"}:
        yield ".httpGet.scheme", probe.http_get.scheme, "HTTP or HTTPS"


def _of_services(workload: Workload) -> Iterator[Refused]:
    for one in () if isinstance(workload.services, Missing) else workload.services:
        if one.spec.type not in _SERVICE:
            yield f"service/{one.name}", "spec.type", one.spec.type, _either(_SERVICE)
        if len(one.spec.ports) > 1 and any(not port.name for port in one.spec.ports):
            yield f"service/{one.name}", "spec.ports", "without names", "a name for each port where there are several"


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


CASES = (
    fires(scene(controller=deployment(spec(imagePullPolicy="always")), from_files=True), saw="imagePullPolicy: always"),
    fires(scene(controller=deployment(restartPolicy="Never"), from_files=True), saw="restartPolicy: Never"),
    fires(scene(services=(service(type="Loadbalancer"),), from_files=True), saw="LoadBalancer"),
    fires(scene(controller=deployment(spec(livenessProbe={"periodSeconds": 5})), from_files=True), saw="0 actions"),
    quiet(
        scene(
            controller=deployment(
                spec(imagePullPolicy="Always", livenessProbe={"httpGet": {"path": "/", "port": "http"}})
            ),
            services=(service(),),
            from_files=True,
        )
    ),
)
