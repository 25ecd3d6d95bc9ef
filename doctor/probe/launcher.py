"""Starts a rehearsal, watches over it, and brings back the evidence.

    with start(Rehearsal(script=Path("score.py"), payloads=(Payload("sample.json", body),))) as running:
        ...                          # the child is already at work
        probe = running.wait()       # Probe, or Missing with the reason

Whatever happens (an exception, Ctrl-C, SIGTERM), every process that the rehearsal started is ended and its temporary
folder removed. This module imports nothing slow: the child starts first.
"""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from checks.evidence import Missing, Probe
from doctor.probe import interpreters, processes, staging
from doctor.probe.guard import Guard
from doctor.probe.supervisor import Supervisor
from doctor.redact import remember

PROBE_FILE = Path(__file__).with_name("probe.py")
MEMORY_SHARE = 0.75  # of the memory that is available, unless a limit is given
_ROOT = Path(__file__).resolve().parents[2]
OWNED = tuple(str(_ROOT / name) for name in ("checks", "doctor", "tui"))
PIPES = ("requests", "answers")  # of a rehearsal that serves
DUMP_SIGNAL = getattr(signal, "SIGRTMAX", 64) - 3  # as in probe.py


@dataclass(frozen=True)
class Payload:
    """One request body; `source` says where it comes from, `content_type` what it is sent as, where that is known.

    `headers` are sent with it, beside those of every client.
    """

    source: str
    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rehearsal:
    """What to run, and with what.

    `model_dir` is what AZUREML_MODEL_DIR will hold: a folder whose contents, or a file that, lies directly in it. While
    `model_name` is left as it is, the name is taken from the script's own `get_model_path("...")`. `timeout` is in
    seconds for the whole rehearsal, `memory_limit` in bytes. `variables` are added to the environment. `overlay`
    replaces files of the scratch copy: name relative to the script's folder -> text. `batch`: the payloads are the
    contents of files, and run() is called once with the paths of them all. `stop_after`: only the import is tried, to
    see what run() declares; init() and run() are not called. `serve`: after init() it answers payloads that come
    through pipes, see `doctor.contract.service_child`.
    """

    script: Path
    payloads: tuple[Payload, ...] = ()
    model_dir: Path | None = None
    model_name: str = staging.UNTOLD_NAME
    model_version: str = "1"
    python: str | None = None
    in_process: bool = False
    timeout: float = 60.0
    memory_limit: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    overlay: Mapping[str, str] = field(default_factory=dict)
    batch: bool = False
    stop_after: Literal["import"] | None = None
    serve: bool = False


class Running:
    """A rehearsal under way. A context manager: leaving it stops the rehearsal and cleans up."""

    @property
    def desk(self) -> Path | None:
        """The folder of the probe's own files while it runs in a process of its own."""
        return None

    @property
    def is_over(self) -> bool:
        """True when its process has ended."""
        return True

    def own(self, text: str) -> str:
        """A text with the paths of the scratch copy replaced by the person's own."""
        return text

    def written(self) -> tuple[int, int]:
        """Bytes that came of standard output and standard error until now."""
        return 0, 0

    def said(self, since: tuple[int, int]) -> str:  # noqa: ARG002
        """The last that was written to both since then."""
        return ""

    def wait(self) -> Probe | Missing:
        """Wait for the end and tell what happened; later calls give the same answer."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it at once, remove its temporary folder. Does nothing when it is over."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(rehearsal: Rehearsal) -> Running:
    """Start a rehearsal and return while it runs. What prevents it comes back from `wait` as Missing."""
    remember({**os.environ, **rehearsal.variables})
    if not rehearsal.script.is_file():
        return _Prevented(Missing(reason=f"{rehearsal.script} is no file"))
    if rehearsal.in_process:
        from doctor.probe.in_process import InProcess

        return InProcess(rehearsal)
    python = interpreters.choose(rehearsal.python)
    if isinstance(python, Missing):
        return _Prevented(python)
    try:
        stage = lay_stage(rehearsal)
    except OSError as error:
        return _Prevented(Missing(reason=f"the temporary folder could not be laid out: {error}"))
    try:
        return _Child(rehearsal, python, stage)
    except OSError as error:
        stage.remove()
        fault = interpreters.vet(python)
        return _Prevented(fault or Missing(reason=f"the interpreter {python} could not be started: {error}"))
    except BaseException:
        stage.remove()
        raise


def lay_stage(rehearsal: Rehearsal, *, copy_code: bool = True) -> staging.Stage:
    """The scratch folder of a rehearsal. Raises OSError."""
    return staging.prepare(
        rehearsal.script,
        rehearsal.model_dir,
        rehearsal.model_name,
        rehearsal.model_version,
        rehearsal.overlay,
        copy_code=copy_code,
    )


def plan_of(rehearsal: Rehearsal, stage: staging.Stage, app_root: Path, memory_limit: int | None) -> dict[str, Any]:
    """What `probe.rehearse` is to do; request bodies are laid into the stage."""
    payloads = []
    for number, payload in enumerate(rehearsal.payloads):
        file = _mini_batch_file(stage, number, payload) if rehearsal.batch else stage.desk / f"payload-{number}"
        file.write_bytes(payload.body)
        payloads.append({"source": payload.source, "file": str(file)})
    here = rehearsal.script.parent.resolve()
    originals = [] if _is_broad(here) else [str(here)]
    if rehearsal.model_dir is not None:
        originals += [str(rehearsal.model_dir.resolve()), str(stage.models)]
    desk = {name: str(stage.desk / name) for name in ("record", "faults", "where", "plan")}
    pipes = [str(stage.desk / name) for name in PIPES] if rehearsal.serve else []
    for pipe in pipes:
        os.mkfifo(pipe, 0o600)
    return {
        **desk,
        "script": str(app_root / rehearsal.script.name),
        "app_root": str(app_root),
        "payloads": payloads,
        "batch": rehearsal.batch,
        "serve": pipes,
        "stop_after": rehearsal.stop_after,
        "timeout": rehearsal.timeout,
        "memory_limit": memory_limit,
        "stage": str(stage.root),
        "models": str(stage.models) if rehearsal.model_dir is not None else None,
        "model_folder": str(stage.version) if stage.version else None,
        "any_model": rehearsal.model_name == staging.UNTOLD_NAME and not stage.named,
        "temporary": sorted({str(stage.root / "tmp"), tempfile.gettempdir(), "/tmp", "/var/tmp"}),  # noqa: S108
        "protected": [*originals, *stage.links],
        "protected_files": [str(rehearsal.script.resolve()), *stage.links],
        "private": [
            *desk.values(),
            *pipes,
            *(payload["file"] for payload in payloads),
            str(app_root / rehearsal.script.name),
        ],
        "owned": OWNED,
    }


def _mini_batch_file(stage: staging.Stage, number: int, payload: Payload) -> Path:
    """Where a file of the mini batch goes: under its own name, and shown as where it came from."""
    folder = stage.root / "tmp" / "mini-batch"
    name = Path(payload.source).name or f"file-{number}"
    if (folder / name).exists():
        folder = folder / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    stage.shown.insert(0, (str(file), payload.source))
    stage.shown.sort(key=lambda pair: -len(pair[0]))  # `a.csv` before `a`, and both before their folder
    return file


def variables_of(rehearsal: Rehearsal, stage: staging.Stage, app_root: Path) -> dict[str, str]:
    """The variables that the platform sets, over those of the rehearsal."""
    variables = dict(rehearsal.variables)
    variables |= {"AML_APP_ROOT": str(app_root), "AZUREML_ENTRY_SCRIPT": rehearsal.script.name}
    if stage.version is not None:
        variables["AZUREML_MODEL_DIR"] = str(stage.version)
    if rehearsal.batch:
        # Product documentation, "Customize outputs in batch deployments".
        output = stage.root / "tmp" / "batch-output"
        output.mkdir(exist_ok=True)
        variables.setdefault("AZUREML_BI_OUTPUT_PATH", str(output))
    return variables


def _is_broad(folder: Path) -> bool:
    """Whether so much lies below this folder that a script may well write there on purpose."""
    broad = {Path(os.path.expanduser("~")), Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")}  # noqa: S108, PTH111
    return any(place == folder or place.is_relative_to(folder) for place in broad)


class _Prevented(Running):
    """A rehearsal that could not be started."""

    def __init__(self, why: Missing) -> None:
        self._why = why

    def wait(self) -> Missing:
        """Why there is nothing to tell."""
        return self._why


class _Child(Running):
    """A rehearsal in a child interpreter."""

    def __init__(self, rehearsal: Rehearsal, python: str, stage: staging.Stage) -> None:
        self._python = python
        self._stage = stage
        self._answer: Probe | Missing | None = None
        self._removed = False
        self._supervisor: Supervisor | None = None
        self._memory_limit = rehearsal.memory_limit or int(processes.available_memory() * MEMORY_SHARE)
        plan = plan_of(rehearsal, stage, stage.code, self._memory_limit)
        (stage.desk / "plan").write_text(json.dumps(plan), encoding="utf-8")
        self._record = os.open(stage.desk / "record", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        marker = os.urandom(16).hex()
        environment = {name: value for name, value in os.environ.items() if name != "AZUREML_MODEL_DIR"}
        environment.setdefault("PYTHONIOENCODING", "utf-8")  # as in the cloud's images
        environment |= variables_of(rehearsal, stage, stage.code)
        environment |= {
            processes.MARKER: marker,
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(stage.root / "tmp"),
        }
        Guard.add(self)
        try:
            process = subprocess.Popen(  # noqa: S603 the interpreter that the person chose
                [python, _code_for(python), str(stage.desk / "plan")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=stage.code,
                env=environment,
                start_new_session=True,
                bufsize=0,
            )
        except BaseException:
            Guard.remove(self)
            os.close(self._record)
            raise
        try:
            _restrain(process.pid)
            limit = self._memory_limit
            self._supervisor = Supervisor(process, marker, rehearsal.timeout, limit, DUMP_SIGNAL, self._told)
        except BaseException:
            process.kill()
            process.wait()
            Guard.remove(self)
            raise

    @property
    def desk(self) -> Path:
        """The folder of the probe's own files."""
        return self._stage.desk

    @property
    def is_over(self) -> bool:
        """True when nothing is left of the child."""
        return self._supervisor is None or self._supervisor.done.is_set()

    def own(self, text: str) -> str:
        """A text with the paths of the scratch copy replaced by the person's own."""
        return self._stage.own(text)

    def written(self) -> tuple[int, int]:
        """Bytes that came of standard output and standard error until now."""
        assert self._supervisor is not None
        return self._supervisor.stdout.size, self._supervisor.stderr.size

    def said(self, since: tuple[int, int]) -> str:
        """The last that was written to both since then."""
        assert self._supervisor is not None
        streams = (self._supervisor.stdout, self._supervisor.stderr)
        parts = [bytes(one.tail[-new:]) for one, size in zip(streams, since, strict=True) if (new := one.size - size)]
        return self.own(b"\n".join(parts).decode("utf-8", "replace"))

    def wait(self) -> Probe | Missing:
        """Wait for the child's end; read what it left, and clean up."""
        if self._answer is None:
            try:
                assert self._supervisor is not None
                self._supervisor.done.wait()
                self._answer = self._read() if not self._removed else Missing(reason="the rehearsal was stopped")
            finally:
                self.stop()
        return self._answer

    def stop(self) -> None:
        """End the child and all it started, remove the stage. May be called again, also in the middle of itself."""
        try:
            if self._supervisor is not None:
                self._supervisor.stop()
        finally:
            self._removed = True
            record, self._record = self._record, -1
            if record >= 0:
                os.close(record)
            self._stage.remove()
            Guard.remove(self)

    def _told(self) -> list[processes.Process]:
        """Descendants that the probe found when it was done."""
        from doctor.probe.record import read_lines

        size = os.fstat(self._record).st_size
        lines = read_lines(os.pread(self._record, 1 << 16, max(size - (1 << 16), 0)))
        return [
            processes.Process(pid, began, command)
            for line in lines
            if line.get("k") == "end"
            for pid, began, command in line["left"]
        ]

    def _read(self) -> Probe | Missing:
        import msgspec

        from doctor.probe.record import Ending, build, output, read_lines

        watched = self._supervisor
        assert watched is not None
        stderr_tail = watched.stderr.tail.decode("utf-8", "replace")
        content = bytearray()
        while part := os.read(self._record, 1 << 20):
            content += part
        ending = Ending(
            code=watched.process.returncode,
            killed=watched.killed,
            seconds=watched.seconds,
            peak=watched.peak,
            memory_limit=self._memory_limit,
            faults=self._text("faults") or stderr_tail,
            where=self._text("where").strip("\0 "),
            left=tuple(process.command for process in watched.left),
        )
        probe = build(read_lines(bytes(content)), self._stage, ending)
        if probe is None:
            if watched.killed == "stopped":
                return Missing(reason="the rehearsal was stopped")
            said = stderr_tail.strip().splitlines()
            told = f": {said[-1][:300]}" if said else f" (exit code {watched.process.returncode})"
            return interpreters.vet(self._python) or Missing(
                reason=f"the probe did not get to work under {self._python}{told}"
            )
        return msgspec.structs.replace(
            probe,
            stdout=output(bytes(watched.stdout.head), watched.stdout.size, self._stage, watched.stdout.tail),
            stderr=output(bytes(watched.stderr.head), watched.stderr.size, self._stage, watched.stderr.tail),
        )

    def _text(self, name: str) -> str:
        try:
            return (self._stage.desk / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def _code_for(python: str) -> str:
    """The probe as compiled for doctor's own interpreter, which saves compiling it each time; else its source."""
    if python != sys.executable:
        return str(PROBE_FILE)
    compiled = Path(importlib.util.cache_from_source(str(PROBE_FILE)))
    with contextlib.suppress(OSError):
        status = PROBE_FILE.stat()
        stamp = int(status.st_mtime).to_bytes(4, "little") + (status.st_size & 0xFFFFFFFF).to_bytes(4, "little")
        expected = importlib.util.MAGIC_NUMBER + bytes(4) + stamp
        if not sys.dont_write_bytecode and not _starts_with(compiled, expected):
            import py_compile

            py_compile.compile(str(PROBE_FILE))
        if _starts_with(compiled, expected):
            return str(compiled)
    return str(PROBE_FILE)


def _starts_with(path: Path, expected: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(expected)) == expected
    except OSError:
        return False


def _restrain(pid: int) -> None:
    """No core dumps, and first to go when the machine runs out of memory (Linux)."""
    with contextlib.suppress(ImportError, OSError, AttributeError, ValueError):
        import resource

        # 1, not 0: the kernel hands no core to a collecting program then either (core(5), fs/coredump.c).
        resource.prlimit(pid, resource.RLIMIT_CORE, (1, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("800")
