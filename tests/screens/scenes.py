"""Screens that are the same on every machine: evidence written by hand, no times, no versions, no paths of the test."""

import hashlib
from pathlib import Path

from msgspec.structs import replace

from checks.containers import Container, ContainerState, Ended, EngineInfo, Health, HealthResult, Image
from checks.evidence import (
    EnvironmentFile,
    Evidence,
    Installed,
    Log,
    Logs,
    Requirement,
    Script,
    SourceTree,
    Target,
)
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity
from doctor.containers.local import collect_local
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis, Done
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.states import Standing
from tui.targets.rows import Row, Section

SCRIPT = """\
import json
import os

import joblib
import pandas as pd


def init():
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl")
    model = joblib.load(path)


def run(data):
    rows = pd.DataFrame(json.loads(data)["data"])
    return model.predict(rows).tolist()
"""
TRACE = """\
Listening on 0.0.0.0:5001, one worker
loading /var/azureml-app/score.py
Traceback (most recent call last):
  File "/opt/server/entry.py", line 71, in load
    module.init()
  File "/var/azureml-app/score.py", line 5, in <module>
    import pandas as pd
ModuleNotFoundError: No module named 'pandas'
worker 31 exited with code 3
shutting down"""
NO_PANDAS = "no installed package provides `pandas`"


def report_of(target: Target, *causes: Finding) -> Report:
    return Report(
        schema=SCHEMA,
        version="0",
        target=target,
        verdict=Verdict.FAILING if causes else Verdict.HEALTHY,
        causes=causes,
        findings=causes,
        checks=CheckSummary(passed=41, found=len(causes)),
    )


def _cause(id: str, title: str, why: str, *evidence: Quote, fixes: tuple[Fix, ...] = ()) -> Finding:
    return Finding(
        id=id,
        family=id.partition(".")[0],
        title=title,
        why=why,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        evidence=evidence,
        fixes=fixes,
    )


def looping() -> Done:
    """A container that starts again and again, for a package is missing."""
    ends = tuple(Ended(at=f"2026-11-20T18:{7 + n // 4:02}:{n % 4 * 15:02}.5Z", exit_code=3) for n in range(12))
    checks = tuple(
        HealthResult(at=f"2026-11-20T18:10:{n:02}Z", exit_code=7, output="connection refused") for n in (5, 20, 35)
    )
    container = Container(
        id="c0ffee",
        name="diabetes",
        engine=EngineInfo(address="unix:///var/run/docker.sock"),
        state=ContainerState(status="restarting", exit_code=3, restarts=12, ends=ends, started="2026-11-20T18:10:30Z"),
        image=Image(id="sha256:1", reference="diabetes:3"),
        created="2026-11-20T18:06:00Z",
        health=Health(status="unhealthy", test=("curl", "-f", "http://localhost:5001/"), results=checks),
    )
    wanted = ("joblib==1.4.2", "numpy==1.26.4", "pandas==2.2.3", "scikit-learn==1.5.2")
    listed = [
        Requirement(name=line.split("=")[0], specifier=line[line.index("=") :], channel="pip", line=n, text=line)
        for n, line in enumerate(wanted, 7)
    ]
    source = "docker logs diabetes"
    cause = _cause(
        "logs.module-not-found",
        NO_PANDAS,
        "The script imports it before init() runs, so the server ends, and the container is started again.",
        Quote(source=source, text="ModuleNotFoundError: No module named 'pandas'", line=8),
    )
    target = Target(kind="container", name="diabetes")
    evidence = Evidence(
        target=target,
        container=container,
        logs=Logs(items=(Log(source=source, text=TRACE, stderr=((3, 9),)),)),
        script=Script(path="/var/azureml-app/score.py", text=SCRIPT),
        source=SourceTree(folder="/var/azureml-app", files=("score.py",)),
        environment=EnvironmentFile(path="conda.yaml", kind="conda", requirements=tuple(listed)),
        installed=Installed(
            distributions={"joblib": "1.4.2", "numpy": "2.1.0", "scikit-learn": "1.5.2"},
            requires={"scikit-learn": (), "joblib": (), "numpy": ()},
        ),
    )
    call = Call(kind="container", name="diabetes")
    return Done(diagnosed=(Diagnosis(call=call, report=report_of(target, cause), evidence=evidence),))


def of_script(safety: Safety = Safety.SAFE) -> Done:
    """A script beside the test, whose fix is one line; a copy of one's own differs from it (`own`)."""
    Path("score.py").write_text(SCRIPT)
    Path("own").mkdir(exist_ok=True)
    Path("own/score.py").write_text(SCRIPT.replace("    model = ", "    global model\n    model = "))
    at = SCRIPT.splitlines().index("    model = joblib.load(path)") + 1
    edit = Edit(
        path="score.py", start_line=at, start_column=0, end_line=at, end_column=0, replacement="    global model\n"
    )
    verified = "verified: with this change run() answers" if safety is Safety.SAFE else ""
    cause = _cause(
        "entry-script.model-not-global",
        "init() sets `model` as a local variable, but run() reads a global",
        "What init() binds without `global` is gone when it returns. run() then finds no `model`.",
        Quote(source="score.py", text="    model = joblib.load(path)", line=at, mark=(5, 10)),
        fixes=(Fix(title="declare `model` as global in init()", safety=safety, edits=(edit,), verified=verified),),
    )
    target = Target(kind="script", name="score.py")
    evidence = Evidence(
        target=target,
        script=Script(path="score.py", text=SCRIPT),
        source=SourceTree(folder=".", files=("score.py",)),
        local=collect_local(Path("own")),
    )
    sums = {"score.py": hashlib.sha256(SCRIPT.encode()).hexdigest()}
    call = Call(kind="script", name="score.py")
    made = Diagnosis(call=call, report=report_of(target, cause), evidence=evidence, digests=sums)
    return Done(diagnosed=(made,))


def with_another_cause(done: Done) -> Done:
    """The same target a while later: what was found is gone, and something else came."""
    one = done.diagnosed[0]
    new = _cause(
        "runtime.run-raised",
        "run() raises KeyError: 'data'",
        "The body that was sent has no `data`, and run() asks for it.",
        Quote(source="score.py", text='    rows = pd.DataFrame(json.loads(data)["data"])', line=14),
    )
    likely = replace(new, confidence=Confidence.LIKELY)
    return Done(diagnosed=(replace(one, report=report_of(one.report.target, likely)),))


SECTIONS = {
    "recent": Section("Recent", (Row("recent:1", "container", "diabetes", Standing("failing", "bad")),)),
    "files": Section(
        "Files in services",
        (
            Row("file:1", "script", "churn/score.py", Standing("entry script")),
            Row("file:2", "script", "diabetes/score.py", Standing("entry script")),
            Row("file:3", "manifest", "diabetes/deployment.yaml", Standing("2 workloads")),
        ),
    ),
    "containers": Section(
        "Docker containers",
        (
            Row("container:1", "container", "diabetes", Standing("restarting, 12 times", "bad")),
            Row("container:2", "container", "churn", Standing("running, unhealthy", "odd")),
            Row("container:3", "container", "digits", Standing("running, healthy", "well")),
            Row("container:4", "container", "digits-old", Standing("exited 0", "off")),
            Row(
                "engine:2",
                "remark",
                "",
                remark="the engine of the context `build` does not answer at ssh://build: connection refused; "
                "start it there, or choose another one (docker context use NAME)",
                again="containers",
            ),
        ),
    ),
    "clusters": Section(
        "Kubernetes",
        (Row("node:1", "context", "minikube", opens=False), Row("node:2", "context", "production", opens=False)),
    ),
}
"""What the picker lists: containers in every state, and an engine that cannot be reached."""
