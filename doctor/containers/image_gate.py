"""`doctor check --image`: a local deployment as the cloud's tool chain makes it, with a diagnosis at its end.

Code and model are laid into a throwaway container where the platform mounts them, its server is started with the
variables that the platform sets, health, swagger and samples are tried, then the probe runs in a second one.
"""

import shlex
import tarfile
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

import docker.errors
import msgspec

from checks.containers import Container
from checks.evidence import EnvironmentFile, Evidence, Installed, Logs, Probe, Target
from doctor.collectors.environment import hold_against
from doctor.collectors.script import collect_script
from doctor.containers.diagnosis import Seen, collect, judged
from doctor.containers.engine import Engine, Listen, connect, told
from doctor.containers.inspection import container_of
from doctor.containers.interpreters_inside import find_interpreter
from doctor.containers.owned import sweep, throwaway
from doctor.containers.wishes import Wishes
from doctor.engine import Examination, Options, Subject, collect_subject, subject_of
from doctor.errors import CannotExamine
from doctor.probe.launcher import Payload
from doctor.probe.staging import UNTOLD_NAME, Stage, prepare

APP_ROOT = "/var/azureml-app"
PORT = 5001  # of every Azure ML inference image
IN_MEMORY = 64 * 1024 * 1024  # bytes of code and model that are packed without a temporary file
POLL = 0.1  # seconds
_ASK = f"""
import http.client
connection = http.client.HTTPConnection("127.0.0.1", {PORT}, timeout=1)
connection.request("GET", "/")
connection.getresponse()
"""
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "python", "python3", "tini", "dumb-init"})
"""Commands of an image that serve nothing by themselves."""


def check_in_image(path: Path, image: str, options: Options, listen: Listen = lambda _: None) -> Examination:
    """Deploy an entry script locally in an image, and diagnose what becomes of it.

    Raises CannotExamine when engine, image or script are not there, ConfigError for any other file that is not.
    """
    began = time.perf_counter()
    subject = subject_of(path, options)
    script = collect_script(path, subject.shown)
    engine = connect()
    sweep(engine)
    found = engine.inspect_image(image)
    if found is None:
        raise CannotExamine(f"the engine has no image `{image}`; {_nearest(engine, image)}")
    stage = prepare(path, subject.model_dir, UNTOLD_NAME, "1", {})
    try:
        listen(f"deploying into {image}")
        wishes = Wishes(
            samples=options.samples,
            environment=options.environment,
            rehearse=True,
            network=True,
            timeout=options.timeout,
            variables=options.variables,
            suppression=options.suppression,
        )
        payloads = tuple(Payload(source=source, body=body) for source, body in subject.payloads)
        with throwaway(engine, "gate", found["Id"], **_deployment(engine, found, stage, subject)) as name:
            _lay_in(engine, name, stage)
            note = _start(engine, name, options.timeout, listen)
            seen = collect(engine, name, payloads, wishes, listen)
        seen = _as_local(replace(seen, notes=(*note, *seen.notes)), collect_subject(subject, script, {}), stage, image)
        done = judged(engine, seen, wishes, began, _command(subject, image), listen)
        return Examination(path=path, report=done.report, evidence=done.evidence, outcomes=done.outcomes)
    finally:
        stage.remove()


def _deployment(engine: Engine, image: dict[str, Any], stage: Stage, subject: Subject) -> dict[str, Any]:
    """Options of the container: the variables and the port of the platform, and a command that serves."""
    options = subject.options
    variables = dict(options.variables) | {"AML_APP_ROOT": APP_ROOT, "AZUREML_ENTRY_SCRIPT": subject.path.name}
    if stage.version is not None:
        variables["AZUREML_MODEL_DIR"] = _inside(stage.version, stage)
    config = image.get("Config") or {}
    words = [*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())]
    serves = any(Path(word).name not in _SHELLS for word in words if not word.startswith("-"))
    return {
        "command": None if serves else ["azmlinfsrv", "--entry_script", f"{APP_ROOT}/{subject.path.name}"],
        "environment": variables,
        "ports": [PORT],
        "host_config": engine.api.create_host_config(
            port_bindings={PORT: ("127.0.0.1",)}, mem_limit=options.memory_limit
        ),
    }


def _inside(staged: Path, stage: Stage) -> str:
    return f"{APP_ROOT}/{staged.relative_to(stage.code).as_posix()}"


def _lay_in(engine: Engine, name: str, stage: Stage) -> None:
    """Copy code and model into a container that is not started yet. Links are followed; owner is root, as mounted."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mode |= 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with closing(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)) as packed:
        with tarfile.open(fileobj=_file(packed), mode="w", dereference=True) as tar:
            tar.add(stage.code, arcname=APP_ROOT.lstrip("/"), filter=plain)
        packed.seek(0)
        with told(engine):
            engine.api.put_archive(name, "/", packed)


def _file(packed: Any) -> IO[bytes]:
    file: IO[bytes] = packed
    return file


def _start(engine: Engine, name: str, patience: float, listen: Listen) -> tuple[str, ...]:
    """Start the server and wait until it answers or has ended. What is notable comes back."""
    began = time.monotonic()
    try:
        with told(engine):
            engine.api.start(name)
    except CannotExamine as error:
        if not isinstance(error.__cause__, docker.errors.APIError):
            raise
        return ()  # the engine's words stand in the container's state
    listen("waiting for the server")
    interpreter = find_interpreter(engine, container_of(engine, engine.inspect(name)))
    while time.monotonic() - began < patience:
        state = engine.inspect(name)
        if not state["State"]["Running"]:
            return (f"the server ended after {time.monotonic() - began:.1f} s",)
        if interpreter and _answers(engine, name, interpreter):
            return (f"the server answered after {time.monotonic() - began:.1f} s",)
        time.sleep(POLL)
    return (f"the server did not answer within {patience:g} s (--timeout)",)


def _answers(engine: Engine, name: str, interpreter: str) -> bool:
    """Whether the server gives any HTTP answer, asked from inside: the engine may be on another host."""
    try:
        return engine.execute(name, [interpreter, "-I", "-c", _ASK]).code == 0
    except CannotExamine:
        return False  # it ended in between


def _nearest(engine: Engine, image: str) -> str:
    """The names that were perhaps meant."""
    with told(engine):
        names = [name for one in engine.api.images() for name in one.get("RepoTags") or () if name != "<none>:<none>"]
    near = get_close_matches(image, names, n=3, cutoff=0.5)
    if near:
        return f"the nearest is {' or '.join(f'`{one}`' for one in near)}"
    return f"docker pull {image} gets it, docker images lists those there are"


def _as_local(seen: Seen, local: Evidence, stage: Stage, image: str) -> Seen:
    """The evidence with the person's own paths: what was laid into the container came from there."""
    evidence = seen.evidence
    environment = local.environment
    if isinstance(environment, EnvironmentFile) and isinstance(evidence.installed, Installed):
        environment = hold_against(environment, local.models, evidence.installed)
    probe = evidence.probe
    if isinstance(probe, Probe):
        pairs = [
            (APP_ROOT + staged[len(str(stage.code)) :], shown)
            for staged, shown in stage.shown
            if staged.startswith(str(stage.code))
        ]
        probe = msgspec.convert(_renamed(msgspec.to_builtins(probe), pairs), Probe)
    assert isinstance(evidence.container, Container)
    name = image.rpartition("/")[2].partition(":")[0]  # the real one is gone when the report is read
    logs = evidence.logs
    if isinstance(logs, Logs):
        logs = Logs(items=tuple(msgspec.structs.replace(log, source=f"log of {name}") for log in logs.items))
    return replace(
        seen,
        evidence=evidence.replace(
            container=msgspec.structs.replace(evidence.container, name=name),
            logs=logs,
            target=Target(kind="container", name=f"{local.target.name} in {image}"),
            script=local.script,
            source=local.source,
            models=local.models,
            samples=local.samples,
            environment=environment,
            probe=probe,
        ),
    )


def _renamed(value: Any, pairs: list[tuple[str, str]]) -> Any:
    """The same document with paths inside turned into the person's own."""
    if isinstance(value, str):
        for inside, shown in pairs:
            value = value.replace(f"{inside}/", "" if shown == "." else f"{shown.rstrip('/')}/").replace(inside, shown)
        return value
    if isinstance(value, list | tuple):
        return [_renamed(part, pairs) for part in value]
    if isinstance(value, dict):
        return {key: _renamed(part, pairs) for key, part in value.items()}
    return value


def _command(subject: Subject, image: str) -> str:
    options = subject.options
    words = ["doctor", "check", subject.shown, "--image", image]
    words += [word for sample in options.samples for word in ("--sample", str(sample))]
    words += ["--model-dir", str(options.model_dir)] if options.model_dir else []
    words += ["--env", str(options.environment)] if options.environment else []
    return shlex.join(words)
