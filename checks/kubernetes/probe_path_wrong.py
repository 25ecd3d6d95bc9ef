"""A probe asks for a path that the server refuses.

What it finds
-------------
A probe that is answered with 400, 401, 403, 404, 405 or the like, and, where the server is `azmlinfsrv`, a path that it
does not have: its health route is `GET /`.

Why it breaks
-------------
The kubelet takes only a status from 200 to 399 for a pass. The server works and refuses this request, so the pod never
becomes ready, or its container is killed and started again. A GET on `/score` runs the model with an empty input.

How to fix
----------
Ask for the health route of the server: `/` of Azure ML, `/v2/health/ready` of Triton and MLServer, `/ping` of
TorchServe and MLflow.

Learn more
----------
Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes". Source: azureml-inference-server-http
1.5.1 (`GET /` answers 200 once init() has returned); kubelet, `pkg/probe/http`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.events import Event
from checks.container.seen import answers_of
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.kubernetes.listening import is_azure_server, lines_of, listeners
from checks.kubernetes.patching import of_container
from checks.kubernetes.probing import SAID, STATES, Asked, last_failure, passes, probes, shown, status_of
from checks.kubernetes.scenes import Made, Scene, deployment, event, pod, running, scene, spec
from checks.kubernetes.seen import workload_of
from checks.kubernetes.serving_commands import AZURE_PORT
from checks.runtime.wording import titled

_OF_AZURE = frozenset({"/", "/score", "/swagger.json"})
_WORKED = re.compile(r"GET (/\S*) (?:HTTP/[\d.]+\" )?200\b")
_HEALTH = {
    "tritonserver": "/v2/health/ready",
    "mlserver": "/v2/health/ready",
    "torchserve": "/ping",
    "mlflow": "/ping",
    "vllm": "/health",
    "streamlit": "/_stcore/health",
}


@check(
    "kubernetes.probe-path-wrong",
    needs=("workload",),
    stage=Stage.OPERATE,
    explains=(*STATES, *SAID),
)
def probe_path_wrong(evidence: Evidence) -> Iterator[Finding]:
    """Take the status that the kubelet got, else what is known of the server's routes."""
    workload = workload_of(evidence)
    for asked in probes(workload):
        http = asked.probe.http_get
        if http is None or http.host or passes(workload, asked):
            continue
        path = "/" + http.path.split("?", 1)[0].lstrip("/")
        said = last_failure(workload, asked)
        status = status_of(said) if said else None
        azure = is_azure_server(evidence, asked.container)
        refused = status is not None and 400 <= status < 500 and status not in {408, 429}
        failing = path == "/score" and status is not None and status >= 500
        unknown = azure and path not in _OF_AZURE
        doubtful = not azure and not said and path not in _OF_AZURE and _is_image_of_azure(evidence, asked)
        if not (refused or failing or unknown or doubtful or (azure and path == "/score")):
            continue
        if refused or failing:
            title, severity = f"the {asked.kind} probe asks for {path}, and the server answers {status}", Severity.ERROR
        elif unknown:
            title, severity = f"the {asked.kind} probe asks for {path}, a route that azmlinfsrv lacks", Severity.ERROR
        elif doubtful:
            title, severity = (
                f"the {asked.kind} probe asks for {path}, not for / as Azure ML's server",
                Severity.WARNING,
            )
        else:
            title, severity = f"the {asked.kind} probe asks for {path}, which runs the model", Severity.WARNING
        yield Finding(
            title=titled(title, 88),
            evidence=(
                asked.quote(workload, "httpGet.path", http.path),
                *shown(said if refused or failing else None),
                *_in_the_log(evidence, asked, path),
                *((Quote(source="azmlinfsrv", text="routes: GET /, POST /score, GET /swagger.json"),) if azure else ()),
            ),
            severity=severity,
            confidence=Confidence.CERTAIN
            if refused or unknown
            else Confidence.POSSIBLE
            if doubtful
            else Confidence.LIKELY,
            explains=asked.leads_to,
            about=(*asked.about, f"path:{path}"),
            fixes=(_fix(evidence, asked, azure=azure or doubtful),),
        )


def _is_image_of_azure(evidence: Evidence, asked: Asked) -> bool:
    """True where image or variables, and nothing better, tell that the server is Azure ML's."""
    known = listeners(evidence, asked.container)
    return bool(known) and all(one.witness == "image" and one.port == AZURE_PORT for one in known)


def _in_the_log(evidence: Evidence, asked: Asked, path: str) -> tuple[Quote, ...]:
    """The last request for the path that the server logged."""
    lines = [line for line in lines_of(evidence, asked.container) if f"GET {path} " in line.text]
    return (lines[-1].quote,) if lines else ()


def _fix(evidence: Evidence, asked: Asked, *, azure: bool) -> Fix:
    workload, words = workload_of(evidence), (*asked.container.command, *asked.container.args, asked.container.image)
    good = [one.path for one in answers_of(evidence) if one.method == "GET" and one.status and one.status < 400]
    good += [found[1] for line in lines_of(evidence, asked.container) if (found := _WORKED.search(line.text))]
    of_server = next((path for name, path in _HEALTH.items() if any(name in word for word in words)), None)
    path = "/" if azure else good[0] if good else of_server or "<health route of the server>"
    return of_container(
        f"let the {asked.kind} probe ask for {path}", workload, asked.container.name, asked.patch(path=path)
    )


def _asks(path: str, **more: object) -> Made:
    return spec(readinessProbe={"httpGet": {"path": path, "port": 5001}}, **more)


def _said(status: int, kind: str = "Readiness") -> Event:
    return event("Unhealthy", f"{kind} probe failed: HTTP probe failed with statuscode: {status}", count=40)


def _made(path: str, status: int, **more: object) -> Scene:
    return scene(
        controller=deployment(_asks(path, **more)),
        pods=(pod(running(ready=False), _asks(path, **more)),),
        events=(_said(status),),
    )


OWN: Made = {"command": ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "5001"]}  # noqa: S104
AZURE: Made = {"command": ["azmlinfsrv", "--entry_script", "score.py"]}
CASES = (
    fires(_made("/health", 404, **OWN), saw="asks for /health, and the server answers 404", findings=1),
    fires(_made("/score", 405, **AZURE), saw="answers 405"),
    fires(_made("/score", 500), saw="answers 500", name="the probe runs the model"),
    fires(
        scene(controller=deployment(_asks("/healthz", **AZURE)), from_files=True),
        saw="/healthz, a route that azmlinfsrv lacks",
        name="by the manifest alone",
    ),
    fires(scene(controller=deployment(_asks("/score", **AZURE)), from_files=True), saw="which runs the model"),
    fires(
        scene(
            controller=deployment(_asks("/healthz", env=[{"name": "AZUREML_ENTRY_SCRIPT", "value": "score.py"}])),
            from_files=True,
        ),
        saw="not for / as Azure ML's server",
        name="by a variable: a warning",
    ),
    quiet(_made("/", 503), name="the server is not up yet"),
    quiet(
        scene(
            controller=deployment(_asks("/health", **OWN)),
            pods=(pod(running(), _asks("/health")),),
            events=(_said(404),),
        ),
        name="it passes by now",
    ),
    quiet(scene(controller=deployment(_asks("/health", **OWN)), from_files=True), name="a server of one's own"),
)
