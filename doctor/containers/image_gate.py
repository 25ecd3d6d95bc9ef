"""`doctor check --image`: a local deployment as the cloud's tool chain makes it, with a diagnosis at its end.

Code and model are laid into a throwaway container where the platform mounts them, its server is started with the
variables that the platform sets, health, swagger and samples are tried, then the probe runs in a second one.
"""

import shlex
import time
from contextlib import ExitStack
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from posixpath import basename
from types import TracebackType
from typing import Any, Self

import docker.errors
import msgspec

from checks.container.commands import SERVERS
from checks.container.remake import DEPLOYMENT
from checks.containers import Container
from checks.entry_script.module import parse
from checks.evidence import EnvironmentFile, Evidence, Installed, Logs, Probe, Target
from doctor.collectors.environment import hold_against
from doctor.collectors.script import collect_script
from doctor.containers.diagnosis import Seen, collect, judged
from doctor.containers.engine import Engine, Listen, connect, told
from doctor.containers.gate_words import as_deployed
from doctor.containers.inspection import container_of
from doctor.containers.interpreters_inside import find_interpreter
from doctor.containers.owned import sweep, throwaway
from doctor.containers.packing import packed
from doctor.containers.serving import Served, await_server
from doctor.containers.variables import without_secret
from doctor.containers.wishes import Wishes
from doctor.engine import Examination, Options, Subject, collect_subject, subject_of
from doctor.errors import CannotExamine
from doctor.probe.guard import Guard
from doctor.probe.launcher import Payload
from doctor.probe.staging import UNTOLD_NAME, Stage, prepare
from doctor.redact import MASK

APP_ROOT = "/var/azureml-app"
PORT = 5001  # of every Azure ML inference image
NAME = "local-deployment"  # what findings call the throwaway container, which is gone when they are read
NOT_ASKED = frozenset(
    {
        *("container.port-not-published", "container.published-on-loopback", "container.gpu-not-given"),
        *("container.code-missing", "container.code-stale"),
    }
)
"""Checks of what doctor itself chose here: how ports are published, what is laid in, that no card is given."""
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "python", "python3", "tini", "dumb-init", "catatonit"})
"""Commands of an image that serve nothing by themselves."""
_KEEPERS = frozenset({"runsvdir", "supervisord", "s6-svscan", "conda", "mamba", "micromamba"})
"""Commands that start the server among other things."""


def check_in_image(path: Path, image: str, options: Options, listen: Listen = lambda _: None) -> Examination:
    """Deploy an entry script locally in an image, and diagnose what becomes of it.

    Raises CannotExamine when engine, image or script are not there, or no server would serve the script; ConfigError
    for any other file that is not there.
    """
    began = time.perf_counter()
    subject = subject_of(path, options)
    script = collect_script(path, subject.shown)
    if parse(script.text).is_batch:
        raise CannotExamine(
            f"{subject.shown} is a batch script, which no server of an image runs; rehearse it without --image"
        )
    local = collect_subject(subject, script, {})
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
    with ExitStack() as held:
        engine = held.enter_context(connect())
        sweep(engine)
        found = engine.inspect_image(image)
        if found is None:
            raise CannotExamine(f"the engine has no image `{image}`; {_nearest(engine, image)}")
        listen(f"deploying into {image}")
        staged = held.enter_context(_Staged(subject))
        stage = staged.laid_out()
        command, notes = _command_of(found, path.name)
        made = _deployment(engine, command, stage, subject)
        name = held.enter_context(throwaway(engine, "gate", image, **made))
        unread = _lay_in(engine, name, stage)
        staged.stop()
        notes += (*_given(subject), *(f"{one} could not be read, so it is not in the container" for one in unread))
        notes += _start(engine, name, options, listen)
        seen = collect(engine, name, payloads, wishes, listen)
    notes += (*_other_script(seen.evidence, path.name), *seen.notes, *options.suppression.notes(script))
    seen = _as_local(replace(seen, notes=notes, not_asked=NOT_ASKED), local, stage, image)
    command_line = _command(subject, image)
    done = judged(engine, seen, wishes, began, command_line, listen)
    called = done.report.target.name
    report = msgspec.structs.replace(
        done.report,
        causes=tuple(as_deployed(one, NAME, called, command_line) for one in done.report.causes),
        findings=tuple(as_deployed(one, NAME, called, command_line) for one in done.report.findings),
    )
    return Examination(path=path, report=report, evidence=done.evidence, outcomes=done.outcomes)


class _Staged:
    """Code and model laid out in a temporary folder, which is removed whatever happens."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._stage: Stage | None = None

    def stop(self) -> None:
        """Remove it. May be called again."""
        if self._stage:
            self._stage.remove()
        Guard.remove(self)

    def __enter__(self) -> Self:
        Guard.add(self)
        return self

    def laid_out(self) -> Stage:
        """Lay out the stage."""
        self._stage = prepare(self._subject.path, self._subject.model_dir, UNTOLD_NAME, "1", {})
        return self._stage

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _command_of(image: dict[str, Any], script: str) -> tuple[list[str] | None, tuple[str, ...]]:
    """What to start instead of the image's own command, None for nothing; and what is notable."""
    config = image.get("Config") or {}
    entrypoint, command = config.get("Entrypoint") or [], config.get("Cmd") or []
    words = [basename(part) for word in (*entrypoint, *command) for part in _parts(word)]
    programs = [word for word in words if word not in _SHELLS and not word.startswith("-")]
    if not programs:
        return ["azmlinfsrv", "--entry_script", f"{APP_ROOT}/{script}", "--port", str(PORT)], (
            "the image starts nothing by itself, so azmlinfsrv was started in it",
        )
    if any(word in SERVERS or word in _KEEPERS for word in programs):
        return None, ()
    own = shlex.join([*entrypoint, *command])
    return None, (f"the image starts `{own[:120]}`, which was left as it is: none of the servers that doctor knows",)


def _parts(word: str) -> list[str]:
    try:
        return shlex.split(word) or [word]
    except ValueError:
        return word.split()


def _deployment(engine: Engine, command: list[str] | None, stage: Stage, subject: Subject) -> dict[str, Any]:
    """Options of the container: the variables and the port of the platform, which heeds no health check of an image."""
    options = subject.options
    variables = {"AML_APP_ROOT": APP_ROOT, "AZUREML_ENTRY_SCRIPT": subject.path.name}
    if stage.version is not None:
        variables["AZUREML_MODEL_DIR"] = f"{APP_ROOT}/{stage.version.relative_to(stage.code).as_posix()}"
    return {
        "command": command,
        "environment": {**options.variables, **variables},
        "ports": [PORT],
        "healthcheck": {"test": ["NONE"]},
        "host_config": engine.api.create_host_config(
            port_bindings={PORT: ("127.0.0.1",)},
            mem_limit=options.memory_limit,
            memswap_limit=options.memory_limit,
        ),
    }


def _lay_in(engine: Engine, name: str, stage: Stage) -> list[str]:
    """Copy code and model into a container that is not started yet. What could not be read comes back."""
    unread: list[str] = []
    with told(engine):
        engine.api.put_archive(name, "/", packed(stage.code, APP_ROOT.strip("/"), unread))
    return [stage.own(one) for one in unread]


def _given(subject: Subject) -> tuple[str, ...]:
    """What was found beside the script and used."""
    options, notes = subject.options, []
    if subject.model_dir and not options.model_dir:
        notes.append(f"AZUREML_MODEL_DIR held the contents of {subject.model_dir}, found beside the script")
    if subject.payloads and not options.samples:
        notes.append(f"sent {', '.join(source for source, _ in subject.payloads)}, found beside the script")
    if not subject.payloads:
        notes.append("nothing was scored: there is no sample; give one with --sample FILE")
    return tuple(notes)


def _start(engine: Engine, name: str, options: Options, listen: Listen) -> tuple[str, ...]:
    """Start the server and wait until it answers or has ended. What is notable comes back."""
    try:
        with told(engine):
            engine.api.start(name)
    except CannotExamine as error:
        if not isinstance(error.__cause__, docker.errors.APIError):
            raise
        return ()  # the engine's words stand in the container's state
    listen("waiting for the server")
    container = container_of(engine, engine.inspect(name))
    # A process more, in a container with little memory, may end the service: it is asked from outside then.
    interpreter = None if options.memory_limit and not engine.info.remote else find_interpreter(engine, container)
    served: Served = await_server(engine, container, interpreter, PORT, options.timeout)
    return (served.note,)


def _other_script(evidence: Evidence, script: str) -> tuple[str, ...]:
    """A note where the image's own command names another script than the one that was laid in."""
    container = evidence.container
    if not isinstance(container, Container) or "entry_script" not in (container.server_options or {}):
        return ()
    if container.entry_script == f"{APP_ROOT}/{script}":
        return ()
    return (f"the image's own command makes the server load {container.entry_script}, and not {APP_ROOT}/{script}",)


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
            if staged.startswith(str(stage.code)) and staged not in {str(stage.models), str(stage.version)}
        ]
        # Models stay where the platform mounts them: the log and the files inside speak of those paths.
        models = APP_ROOT + str(stage.models)[len(str(stage.code)) :]
        pairs = [(models, _KEPT), *pairs, (_KEPT, models)]
        probe = msgspec.convert(_renamed(msgspec.to_builtins(probe), pairs), Probe)
    container = evidence.container
    assert isinstance(container, Container)
    logs = evidence.logs
    if isinstance(logs, Logs):
        logs = Logs(items=tuple(msgspec.structs.replace(log, source=f"log of {NAME}") for log in logs.items))
    return replace(
        seen,
        evidence=evidence.replace(
            container=msgspec.structs.replace(container, name=NAME, labels=DEPLOYMENT),
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


_KEPT = "\0"  # stands for a path that is not renamed; in no path


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
    """The command that passes once all is cured; values that look like secrets are left out."""
    options = subject.options
    words = ["doctor", "check", subject.shown, "--image", image]
    words += [word for sample in options.samples for word in ("--sample", str(sample))]
    words += ["--model-dir", str(options.model_dir)] if options.model_dir else []
    words += ["--env", str(options.environment)] if options.environment else []
    for name, value in options.variables.items():
        words += ["--set", f"{name}={without_secret(name, value).replace(MASK, '<value>')}"]
    words += ["--memory", _size(options.memory_limit)] if options.memory_limit else []
    words += ["--timeout", f"{options.timeout:g}"] if options.timeout != Options.timeout else []
    return shlex.join(words)


def _size(size: int) -> str:
    return next((f"{size // unit}{name}" for name, unit in (("G", 10**9), ("M", 10**6)) if size % unit == 0), str(size))
