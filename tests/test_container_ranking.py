"""What only a look inside knows comes first, and what log, rehearsal and script say of the same fault is folded."""

from typing import Any

import pytest

from checks.check import Check
from checks.container.scenes import (
    APP,
    ENVIRONMENT,
    MODELS,
    SCRIPT,
    bind,
    file,
    folder,
    frozen,
    local,
    models,
    system,
    tmpfs,
    traceback,
)
from checks.container.scenes import seen as container_with
from checks.containers import ContainerState, Folder, Limits, MemoryUse, Port, TriedImport
from checks.evidence import Asked, Evidence, Logs, Missing, Phase, Probe, Script, SourceTree
from checks.finding import Finding
from checks.joint import judge
from checks.logs.findings import findings as log_findings
from checks.outcome import Crashed, Found, run_checks
from checks.rank import Ranking
from checks.registry import all_checks, checks_of_family, checks_of_kind
from checks.runtime.observed import at, conda_file, library, raised_in, started

WRAPPER = """
The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/azureml_inference_server_http/server/aml_blueprint.py", line 109, in setup
    self.user_script.invoke_init()
azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception from the user script

2026-11-20 17:53:50,097 I [40] gunicorn.error - Worker exiting (pid: 40)
2026-11-20 17:53:50,795 E [1] gunicorn.error - Worker (pid:40) exited with code 3.
2026-11-20 17:53:50,796 E [1] gunicorn.error - Shutting down: Master
2026-11-20 17:53:50,796 E [1] gunicorn.error - Reason: Worker failed to boot.
"""
NO_ENTRY = """2026-11-20 18:07:02,940 E [9] azmlinfsrv - No such file or directory.
2026-11-20 18:07:02,940 E [9] azmlinfsrv - Traceback (most recent call last):
  File "/azureml-envs/e/lib/python3.11/site-packages/azureml_inference_server_http/server/user_script.py", line 77
    main_module_spec.loader.exec_module(user_module)
  File "<frozen importlib._bootstrap_external>", line 1130, in get_data
FileNotFoundError: [Errno 2] No such file or directory: '/var/azureml-app/score.py'
"""
NO_NAME = "2026-11-20 18:07:02,940 E [9] azmlinfsrv - No score script found. Expected score script main.py.\n"
KILLS = "2026-11-20 18:07:02,940 E [1] gunicorn.error - Worker (pid:40) was sent SIGKILL! Perhaps out of memory?\n" * 3
OS = library("/usr/lib/python3.11/os.py", 680, "__getitem__")
CODE = folder(APP, "score.py")
LOOP = ContainerState(status="restarting", exit_code=3, restarts=7)
NO_SCRIPT = Missing(reason="no entry script inside")


def judged(evidence: Evidence) -> Ranking:
    """The joint ranking of every family and of the log."""
    found: list[Finding] = []
    for outcome in run_checks(checks_of_kind("container"), evidence):
        assert not isinstance(outcome, Crashed), outcome.trace
        found += outcome.findings if isinstance(outcome, Found) else ()
    assert isinstance(evidence.logs, Logs)
    for log in evidence.logs.items:
        found += log_findings(log) if log.text else ()
    return judge(found)


def script(text: str = SCRIPT, path: str = f"{APP}/score.py") -> Script:
    return Script(path=path, text=text)


def probe(kind: str, message: str, needle: str, phase: Phase = Phase.INIT, text: str = SCRIPT, **detail: Any) -> Probe:
    step = raised_in(phase, kind, message, at(text, needle, path=f"{APP}/score.py"), **detail)
    steps = (step,) if phase is Phase.IMPORT else (started()[0], step)
    return Probe(interpreter="/usr/bin/python3", python="3.11.2", steps=steps)


def failing(headline: str, line: int = 6, text: str = SCRIPT) -> str:
    """The log of a service whose script raises."""
    code = SCRIPT.splitlines()[line - 1].strip()
    where = "init" if line == 6 else "<module>"
    return traceback(headline, line, where).replace(code, text.splitlines()[line - 1].strip()) + WRAPPER


def seen(*args: object, **fields: object) -> Evidence:
    fields.setdefault("script", script())
    fields.setdefault("state", LOOP)
    return container_with(*args, **fields)  # type: ignore[arg-type]


GONE = f"[Errno 2] No such file or directory: '{MODELS}/model.pkl'"
LOST = failing(f"FileNotFoundError: {GONE}")
TRIED = probe("FileNotFoundError", GONE, "joblib.load", filename=f"{MODELS}/model.pkl", errno=2)
DENIED = f"[Errno 13] Permission denied: '{MODELS}/model.pkl'"
CLOSED = f"[Errno 30] Read-only file system: '{APP}/cache'"
FULL = "[Errno 28] No space left on device"
OWN = SCRIPT.replace("joblib", "features")
NO_FEATURES = failing("ModuleNotFoundError: No module named 'features'", 2, OWN)
OWN_TRIED = probe(
    "ModuleNotFoundError", "No module named 'features'", "import features", Phase.IMPORT, OWN, name="features"
)
NO_JOBLIB = failing("ModuleNotFoundError: No module named 'joblib'", 2)
JOBLIB_TRIED = probe("ModuleNotFoundError", "No module named 'joblib'", "import joblib", Phase.IMPORT, name="joblib")
TENANT = SCRIPT.replace("AZUREML_MODEL_DIR", "TENANT_ID")
NO_TENANT = failing("KeyError: 'TENANT_ID'", text=TENANT)
LINE = at(TENANT, "TENANT_ID", path=f"{APP}/score.py")
TENANT_TRIED = Probe(
    interpreter="/usr/bin/python3",
    python="3.11.2",
    steps=(started()[0], raised_in(Phase.INIT, "KeyError", "'TENANT_ID'", LINE, OS)),
    asked=(Asked(name="TENANT_ID", set=False, strict=True, phase=Phase.INIT, at=LINE),),
)
NONE_PATH = failing(
    "TypeError: expected str, bytes or os.PathLike object, not NoneType", text=SCRIPT.replace('environ["', 'getenv("')
)
SOURCES = SourceTree(folder=APP, files=("score.py",))

SITUATIONS = {
    "model in a sub-folder, the log alone": (
        "container.model-file-elsewhere",
        seen(frozen(CODE, folder(MODELS, "model/model.pkl")), LOST, models=models("model/model.pkl")),
    ),
    "model in a sub-folder, rehearsed": (
        "container.model-file-elsewhere",
        seen(frozen(CODE, folder(MODELS, "model/model.pkl")), LOST, models=models("model/model.pkl"), probe=TRIED),
    ),
    "model beside the script": (
        "container.model-file-elsewhere",
        seen(
            frozen(folder(APP, "score.py", "model.pkl"), folder(MODELS, "README.md")),
            LOST,
            models=models("README.md"),
            probe=TRIED,
        ),
    ),
    "empty mount": (
        "container.mount-empty",
        seen(frozen(CODE, folder(MODELS)), LOST, models=models(), probe=TRIED, mounts=(bind("/m", MODELS),)),
    ),
    "model folder empty": (
        "container.model-folder-empty",
        seen(frozen(CODE, folder(MODELS)), LOST, models=models(), probe=TRIED),
    ),
    "model folder of another version": (
        "container.model-folder-missing",
        seen(
            frozen(folder(APP, "score.py", "azureml-models/churn/2/model.pkl")),
            LOST,
            models=Missing(reason="there is no such folder"),
            probe=TRIED,
        ),
    ),
    "model not readable": (
        "container.model-not-readable",
        seen(
            frozen(folder(MODELS, file("model.pkl", mode=0o600))),
            failing(f"PermissionError: {DENIED}"),
            user="1000",
            models=models("model.pkl"),
            probe=probe("PermissionError", DENIED, "joblib.load", filename=f"{MODELS}/model.pkl", errno=13),
        ),
    ),
    "model folder closed": (
        "container.model-not-readable",
        seen(
            frozen(CODE, Folder(path=MODELS, files=(), mode=0o700, problem="Permission denied")),
            f"PermissionError: [Errno 13] Permission denied: '{MODELS}'\n" + failing(f"PermissionError: {DENIED}"),
            user="1000",
            models=Missing(reason="could not be read"),
            probe=probe("PermissionError", DENIED, "joblib.load", filename=f"{MODELS}/model.pkl", errno=13),
        ),
    ),
    "entry script of another case": (
        "container.entry-script-missing",
        seen(frozen(folder(APP, "Score.py")), NO_ENTRY + WRAPPER, script=NO_SCRIPT),
    ),
    "mount over the code": (
        "container.mount-hides-code",
        seen(frozen(folder(APP)), NO_ENTRY + WRAPPER, script=NO_SCRIPT, mounts=(bind("/m", APP),)),
    ),
    "no entry script named": (
        "container.entry-script-not-set",
        seen(frozen(CODE), NO_NAME + WRAPPER, environment={"AML_APP_ROOT": APP}, script=NO_SCRIPT),
    ),
    "entry script named by a misspelt variable": (
        "container.variable-misnamed",
        seen(
            frozen(CODE),
            NO_NAME + WRAPPER,
            environment={"AML_APP_ROOT": APP, "AZUREML_ENTRYSCRIPT": "score.py"},
            script=NO_SCRIPT,
        ),
    ),
    "no right to write": (
        "container.permission-denied",
        seen(
            frozen(folder("/var", file("azureml-app/"), "azureml-app/score.py"), folder(MODELS, "model.pkl")),
            failing(f"PermissionError: [Errno 13] Permission denied: '{APP}/cache'"),
            user="1000",
        ),
    ),
    "read-only": (
        "container.read-only-file-system",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl")),
            failing(f"OSError: {CLOSED}"),
            limits=Limits(read_only=True),
            probe=probe("OSError", CLOSED, "joblib.load", filename=f"{APP}/cache", errno=30),
        ),
    ),
    "small tmpfs": (
        "container.disk-full",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl"), file_systems=(system("/out", 2**20, 0, "tmpfs"),)),
            failing(f"OSError: {FULL}"),
            mounts=(tmpfs("/out", 2**20),),
            probe=probe("OSError", FULL, "joblib.load", errno=28),
        ),
    ),
    "shared memory": (
        "container.shared-memory-small",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl")),
            limits=Limits(shared_memory=2**26),
            state=ContainerState(status="exited", exit_code=135, signal="SIGBUS"),
        ),
    ),
    "listed, and not inside": (
        "container.package-not-inside",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl")),
            NO_JOBLIB,
            probe=JOBLIB_TRIED,
        ).replace(environment=conda_file("joblib", "azureml-inference-server-http")),
    ),
    "module off the path": (
        "container.modules-not-on-path",
        seen(
            frozen(folder(APP, "score.py", "lib/features.py"), folder(MODELS, "model.pkl")),
            NO_FEATURES,
            probe=OWN_TRIED,
            script=script(OWN),
            source=SourceTree(folder=APP, files=("score.py", "lib/features.py")),
        ),
    ),
    "module left out of the image": (
        "container.code-missing",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl")),
            NO_FEATURES,
            probe=OWN_TRIED,
            script=script(OWN),
            source=SOURCES,
            local=local("score.py", "features.py"),
        ),
    ),
    "variable not set, the log alone": (
        "container.variable-not-set",
        seen(frozen(CODE), NO_TENANT, script=script(TENANT)),
    ),
    "variable not set, rehearsed": (
        "container.variable-not-set",
        seen(frozen(CODE), NO_TENANT, script=script(TENANT), probe=TENANT_TRIED),
    ),
    "variable misnamed": (
        "container.variable-misnamed",
        seen(
            frozen(CODE),
            NO_TENANT,
            script=script(TENANT),
            probe=TENANT_TRIED,
            environment={**ENVIRONMENT, "TENANTID": "a"},
        ),
    ),
    "no model folder given": (
        "container.variable-not-set",
        seen(
            frozen(CODE),
            NONE_PATH,
            environment={"AML_APP_ROOT": APP, "AZUREML_ENTRY_SCRIPT": "score.py"},
            script=script(SCRIPT.replace('environ["AZUREML_MODEL_DIR"]', 'getenv("AZUREML_MODEL_DIR")')),
        ),
    ),
    "too many workers": (
        "container.workers-exceed-memory",
        seen(
            frozen(CODE, folder(MODELS, "model.pkl"), memory=MemoryUse(kills=4)),
            KILLS,
            environment={**ENVIRONMENT, "WORKER_COUNT": "4"},
            limits=Limits(memory=10**9),
            probe=Probe(interpreter="python3", python="3.11.2", steps=started(), peak_memory=4 * 10**8),
            state=ContainerState(status="running", oom_killed=True),
        ),
    ),
    "a folder that nobody mounted": (
        "container.mount-missing",
        seen(
            frozen(CODE),
            failing("FileNotFoundError: [Errno 2] No such file or directory: '/mnt/ref/a.csv'"),
            script=script(
                SCRIPT.replace('os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl")', '"/mnt/ref/a.csv"')
            ),
            environment={"AML_APP_ROOT": APP, "AZUREML_ENTRY_SCRIPT": "score.py"},
            state=LOOP,
        ),
    ),
    "a module in another case": (
        "container.module-name-case",
        seen(
            frozen(folder(APP, "score.py", "Features.py")),
            NO_FEATURES,
            script=script(OWN),
            probe=OWN_TRIED,
            source=SourceTree(folder=APP, files=("score.py", "Features.py")),
            state=LOOP,
        ),
    ),
    "a setting that is no number, under runit": (
        "container.setting-invalid",
        seen(
            frozen(CODE),
            "Traceback (most recent call last):\n"
            '  File "/e/lib/python3.11/site-packages/azureml_inference_server_http/amlserver.py", line 210, in run\n'
            "    srv.run(DEFAULT_HOST, int(os.environ[ENV_PORT]), int(os.environ[ENV_WORKER_COUNT]))\n"
            "ValueError: invalid literal for int() with base 10: 'auto'\n",
            environment={**ENVIRONMENT, "WORKER_COUNT": "auto"},
            state=LOOP,
        ),
    ),
    "a model folder that is a file": (
        "container.model-dir-is-file",
        seen(
            frozen(CODE, folder(MODELS, file("model.pkl"))),
            failing(f"NotADirectoryError: [Errno 20] Not a directory: '{MODELS}/model.pkl/model.pkl'"),
            environment={**ENVIRONMENT, "AZUREML_MODEL_DIR": f"{MODELS}/model.pkl"},
            script=script(),
            state=LOOP,
        ),
    ),
    "a root of the code that is not inside": (
        "container.entry-script-missing",
        seen(
            frozen(folder(APP, "code/", "code/score.py")),
            NO_ENTRY.replace(f"{APP}/score.py", "/var/runit/gunicorn/score.py"),
            environment={"AML_APP_ROOT": f"{APP}/src", "AZUREML_ENTRY_SCRIPT": "score.py"},
            state=LOOP,
        ),
    ),
    "an import that ends the process": (
        "container.import-breaks",
        seen(
            frozen(
                CODE,
                folder(MODELS, "model.pkl"),
                imports=(TriedImport(module="joblib", seconds=0.1, error="ended the process by SIGILL"),),
            ),
            state=ContainerState(status="exited", exit_code=132, signal="SIGILL"),
        ),
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_one_answer(name: str) -> None:
    expected, evidence = SITUATIONS[name]
    assert [finding.id for finding in judged(evidence).causes] == [expected]


def test_a_service_in_order_has_no_cause() -> None:
    good = container_with(
        frozen(CODE, folder(MODELS, "model.pkl")),
        models=models("model.pkl"),
        script=script(),
        probe=Probe(interpreter="python3", python="3.11.2", steps=started()),
        ports=(Port(container=5001, host_ip="0.0.0.0", host_port=5001),),
    )
    assert judged(good).causes == ()


@pytest.mark.parametrize("check", checks_of_family("container"), ids=lambda check: check.id)
def test_explained_ids_exist(check: Check) -> None:
    known = {name for each in all_checks() for name in (each.id, *each.aliases)}
    unknown = {name for name in check.explains if name not in known and not name.endswith(".*")}
    assert not unknown
