"""What was seen: typed, frozen, serialisable records. A failed collection is evidence too, with its reason.

Collectors fill an `Evidence`; checks read it and nothing else. Whatever stands here can be written to a support bundle
and read back, so a check cannot tell a live target from a saved one.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from checks.cluster.manifest import Manifest
from checks.cluster.subject import Workload
from checks.containers import Answers, Container, Inside, LocalSource
from checks.contract.records import Attack, Deployment, Documents, Interface
from checks.finding import Record
from checks.http.records import Endpoint
from checks.missing import NOT_ASKED
from checks.missing import Missing as Missing


class Target(Record, frozen=True):
    """What the person asked about."""

    kind: Literal["script", "log", "container", "workload", "manifest", "document", "url"]
    name: str


class Script(Record, frozen=True, tag=True):
    """The entry script as it stands on disk.

    `text` keeps its line ends. Bytes that are no text in `encoding` arrive as U+FFFD and `undecodable` says where the
    first one stood. `entered` is set while checks read a module that the script imports: the phases (`import`, `init`,
    `run`) with the functions and classes of it that they enter.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    undecodable: str | None = None
    entered: tuple[tuple[str, str], ...] | None = None

    @property
    def name(self) -> str:
        """The file name alone."""
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]


class SourceTree(Record, frozen=True, tag=True):
    """Names of what lies beside the entry script: what tells a module of one's own from a package.

    `files` are paths relative to the folder, with forward slashes; `truncated` says that there were more. `modules` are
    those that the script imports, directly or through each other, by their dotted names.
    """

    folder: str
    files: tuple[str, ...]
    truncated: bool = False
    modules: dict[str, Script] = {}


class ModelFile(Record, frozen=True):
    """One file of the model folder, judged by its first bytes and its pickle opcodes; it is never loaded.

    `format` is `pickle`, `joblib`, `zip`, `torch`, `onnx`, `hdf5`, `keras`, `safetensors`, `xgboost`, `lightgbm`,
    `catboost`, `numpy`, `json`, `text`, `git-lfs pointer`, `html`, `empty`, `truncated pickle` or `unknown`. `versions`
    are the library versions recorded inside (distribution name to version; `2` for numpy and `1.2` for joblib mean that
    or newer), `modules` the top-level modules whose classes it refers to, `classes` their full names.
    """

    path: str
    size: int
    format: str = "unknown"
    protocol: int | None = None
    versions: dict[str, str] = {}
    modules: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    note: str | None = None


class ModelFolder(Record, frozen=True, tag=True):
    """What `AZUREML_MODEL_DIR` will hold. Paths of `files` are relative to `path`."""

    path: str
    files: tuple[ModelFile, ...]
    truncated: bool = False


class Sample(Record, frozen=True):
    """One request body to try; `source` is a file name, or how it was derived. No UTF-8, no `text`.

    `head` are its first 32 bytes in hexadecimal. Of bytes that are text in another encoding, `encoding` is that
    (`utf-16`, `cp1252`) and `other_text` what they say in it.
    """

    source: str
    text: str | None
    size: int
    raw: bool = False
    head: str = ""
    encoding: str | None = None
    other_text: str | None = None


class Samples(Record, frozen=True, tag=True):
    """The request bodies that will be sent."""

    items: tuple[Sample, ...]


class Requirement(Record, frozen=True):
    """One package that an environment file asks for.

    `name` is the normalised distribution name, `specifier` the constraint as written (`==1.2`, `>=1,<2`, empty),
    `channel` who resolves it, `exact` the one version it allows, when it allows only one (without build strings).
    `admits` maps a version that some other evidence speaks of to whether the specifier admits it. `name` is empty for a
    path or URL that does not tell it; `line` is that of the include for what an included file asks for.
    """

    name: str
    specifier: str
    channel: Literal["conda", "pip"]
    line: int
    text: str
    exact: str | None = None
    extras: tuple[str, ...] = ()
    admits: dict[str, bool] = {}


class EnvironmentFile(Record, frozen=True, tag=True):
    """A conda or requirements file. `python` is the interpreter version it pins, as written (`3.8`, `3.8.13`).

    `text` keeps its line ends and a byte-order mark; bytes that are no text in `encoding` arrive as U+FFFD. `image` is
    the base image of an Azure ML environment asset that the conda file is part of.
    """

    path: str
    kind: Literal["conda", "requirements"]
    requirements: tuple[Requirement, ...]
    python: str | None = None
    problems: tuple["FileProblem", ...] = ()
    text: str = ""
    encoding: str = "utf-8"
    image: str | None = None


class FileProblem(Record, frozen=True):
    """A place in a file that could not be understood."""

    line: int | None
    message: str


class Installed(Record, frozen=True, tag=True):
    """Distributions of the probe's interpreter (normalised name to version), and who provides which import.

    `requires` are the distributions that one of them brings along, under `name` and, for extras, `name[extra]`.
    """

    distributions: dict[str, str]
    providers: dict[str, tuple[str, ...]] = {}
    requires: dict[str, tuple[str, ...]] = {}


class Frame(Record, frozen=True):
    """One frame of a traceback. `own` is true for files of the person's code folder; `code` is the source line."""

    path: str
    line: int
    function: str
    code: str = ""
    own: bool = False


class Raised(Record, frozen=True):
    """An exception with its chain, outermost frame first.

    `cause` is what it was raised from (or during): follow it to reach the first exception. `detail` holds the
    exception's own attributes that matter: `name` of NameError, AttributeError, ImportError; `filename`, `errno` of
    OSError; `lineno`, `offset`, `text` of SyntaxError.
    """

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    cause: "Raised | None" = None
    explicit_cause: bool = False
    detail: dict[str, str | int | None] = {}

    @property
    def root(self) -> "Raised":
        """The first exception of the chain: in a chain of re-raises, the one that says what happened."""
        return self.cause.root if self.cause else self

    @property
    def own_frame(self) -> Frame | None:
        """The innermost frame in the person's own code, or None."""
        return next((frame for frame in reversed(self.frames) if frame.own), None)

    @property
    def headline(self) -> str:
        """The last line of a traceback: `KeyError: 'data'`."""
        return f"{self.type}: {self.message}" if self.message else self.type


class Phase(StrEnum):
    """What the probe was doing."""

    START = "start"
    IMPORT = "import"
    INIT = "init"
    RUN = "run"
    REPEAT = "repeat"  # the same payload once more
    CONCURRENT = "concurrent"  # the same payload from several threads


class Returned(Record, frozen=True):
    """What run() returned. `text` is the body the server would send, cut; `problem` why it cannot be encoded.

    Of a batch script `rows` is the length of the result and `files` the number of files it was given; `text` is the
    first rows as JSON, to be compared, and `problem` tells why the batch driver cannot collect the result.

    `problem_path` is the place of the offending value inside the result, as `result['scores'][0]`, `problem_module` the
    module that defines its type; `status` is set for a response object.
    """

    type: str
    text: str | None = None
    size: int | None = None
    problem: str | None = None
    problem_path: str | None = None
    problem_type: str | None = None
    problem_module: str | None = None
    status: int | None = None
    digest: str | None = None
    not_finite: str | None = None
    rows: int | None = None
    files: int | None = None


class Step(Record, frozen=True):
    """One thing that the probe tried.

    `outcome`: passed; raised (see `raised`); rejected (the server answers 4xx before run() is called, see `status` and
    `message`); timeout and died (see `Probe.exit`, `stack` holds the place); skipped (see `message`).
    `memory` is the growth of the resident set in bytes; `content_type` what a raw request was sent as.
    """

    phase: Phase
    outcome: Literal["passed", "raised", "rejected", "timeout", "died", "skipped"]
    sample: str | None = None
    seconds: float = 0.0
    raised: Raised | None = None
    returned: Returned | None = None
    status: int | None = None
    message: str | None = None
    stack: tuple[Frame, ...] = ()
    memory: int | None = None
    content_type: str | None = None


class Opened(Record, frozen=True):
    """A file the script touched. `environment` is the interpreter and its packages."""

    path: str
    mode: Literal["read", "write"]
    place: Literal["code", "model", "temporary", "environment", "system", "elsewhere"]
    phase: Phase
    at: Frame | None = None
    found: bool = True


class Asked(Record, frozen=True):
    """An environment variable the script asked for. `strict` when its absence raises (`os.environ[...]`)."""

    name: str
    set: bool
    phase: Phase
    strict: bool = False
    at: Frame | None = None


class Contacted(Record, frozen=True):
    """A host the script resolved or connected to."""

    host: str
    port: int | None
    phase: Phase
    at: Frame | None = None


class Started(Record, frozen=True):
    """A process or thread the script started. `left` when it was still alive at the end."""

    kind: Literal["process", "thread"]
    name: str
    phase: Phase
    left: bool = False
    at: Frame | None = None


class Exit(Record, frozen=True):
    """How the probe's process ended when it did not end by itself.

    `reason`: timeout, memory (killed by doctor at `memory_limit` bytes), signal, exited (`code` set), lost.
    `call` names what ended it, where known: `os._exit(0)`, `SIGSEGV`.
    """

    reason: Literal["timeout", "memory", "signal", "exited", "lost"]
    phase: Phase
    code: int | None = None
    signal: str | None = None
    call: str | None = None
    seconds: float | None = None
    memory_limit: int | None = None
    stack: tuple[Frame, ...] = ()


class Signature(Record, frozen=True):
    """How the loaded module looks to the server: parameters of run(), and which of the three calling kinds it has.

    The fourth, `batch`, is called with file paths by the batch driver, and not by the server.
    """

    kind: Literal["undecorated", "schema", "rawhttp", "batch"] = "undecorated"
    parameters: tuple[str, ...] = ()


class Output(Record, frozen=True):
    """What the script wrote to a stream: the text, of a long one both ends, and how many bytes there were."""

    text: str = ""
    size: int = 0


class Probe(Record, frozen=True, tag=True):
    """What happened when the entry script ran: written by the probe, completed by its launcher.

    Paths are the person's own (`score.py`, not the scratch copy). `in_process` runs share doctor's interpreter; `path`
    is the interpreter's sys.path, `warnings` the texts of Python warnings that libraries gave while the script ran.
    `imported` are the top-level modules that the script's own code, or a pickle it loaded, imported from packages.
    `stand_ins` are modules that the cloud has and this interpreter lacks, answered by the probe; `example` is the
    request body taken from the sample of `@input_schema` where none was given. `interface` is what run() declares.
    `written` is how many bytes were written since the first call of run(), to its output or elsewhere.
    """

    interpreter: str
    python: str
    steps: tuple[Step, ...]
    exit: Exit | None = None
    signature: Signature | None = None
    stdout: Output = Output()
    stderr: Output = Output()
    opened: tuple[Opened, ...] = ()
    imported: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    contacted: tuple[Contacted, ...] = ()
    started: tuple[Started, ...] = ()
    peak_memory: int | None = None
    seconds: float = 0.0
    in_process: bool = False
    path: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    example: str | None = None
    interface: Interface | None = None
    written: int | None = None

    def step(self, phase: Phase) -> Step | None:
        """The first step of that phase, or None."""
        return next((step for step in self.steps if step.phase is phase), None)

    @property
    def is_batch(self) -> bool:
        """True when run() was called as the batch driver does: with paths of files."""
        return self.signature is not None and self.signature.kind == "batch"

    @property
    def answered(self) -> bool:
        """True when import, init() and at least one run() passed, nothing failed, and every answer can be sent."""
        done = [step for step in self.steps if step.outcome != "skipped"]
        return (
            self.exit is None
            and any(step.phase is Phase.RUN for step in done)
            and all(step.outcome == "passed" and not (step.returned and step.returned.problem) for step in done)
        )


class Log(Record, frozen=True):
    """Text that a service, a build, a cloud command or a person left behind, decoded, one record a line.

    Of a long log only what may matter is kept: `numbers` holds the line number in the original of each line of `text`
    (empty: they are consecutive from 1), `left_out` how many lines were dropped, `repeats` how often a line that stands
    for several like ones was there: pairs of its number and the count. Of a container's log `stderr` are the lines that
    came on standard error, as first and last numbers, `starts` the numbers of the first line of each start but the
    first, where the engine told of them, and `unread` says what of a very long one was not read. `own` are the lines of
    requests that doctor sent before, as first and last numbers: see `checks.logs.own_requests`.
    """

    source: str
    text: str
    numbers: tuple[int, ...] = ()
    left_out: int = 0
    repeats: tuple[tuple[int, int], ...] = ()
    stderr: tuple[tuple[int, int], ...] = ()
    starts: tuple[int, ...] = ()
    unread: str | None = None
    own: tuple[tuple[int, int], ...] = ()


class Logs(Record, frozen=True, tag=True):
    """The logs of one target; each is read for itself."""

    items: tuple[Log, ...]


NOT_COLLECTED = Missing(reason="not collected")


class Evidence(Record, frozen=True):
    """All that was seen of one target. What was not collected is `Missing`, and says why."""

    target: Target
    script: Script | Missing = NOT_COLLECTED
    source: SourceTree | Missing = NOT_COLLECTED
    models: ModelFolder | Missing = NOT_COLLECTED
    samples: Samples | Missing = NOT_COLLECTED
    environment: EnvironmentFile | Missing = NOT_COLLECTED
    installed: Installed | Missing = NOT_COLLECTED
    probe: Probe | Missing = NOT_COLLECTED
    logs: Logs | Missing = NOT_COLLECTED
    container: Container | Missing = NOT_COLLECTED
    inside: Inside | Missing = NOT_COLLECTED
    local: LocalSource | Missing = NOT_COLLECTED
    answers: Answers | Missing = NOT_COLLECTED
    workload: Workload | Missing = NOT_COLLECTED
    manifest: Manifest | Missing = NOT_COLLECTED
    documents: Documents | Missing = NOT_COLLECTED
    deployment: Deployment | Missing = NOT_COLLECTED
    attack: Attack | Missing = Missing(reason=f"{NOT_ASKED}payloads made from the contract (--attack)")
    endpoint: Endpoint | Missing = Missing(reason=f"{NOT_ASKED}a live service (doctor diagnose url)")

    def missing(self, need: str) -> str | None:
        """Why `need` is not here, or None when it is.

        Needs are field names; `tree`: a script that parses; `old`: a description that is replaced (--against);
        `answer`: a rehearsal or a live service.
        """
        if need == "old":
            given = isinstance(self.documents, Documents) and self.documents.of("old")
            return None if given else f"{NOT_ASKED}a contract to compare with (--against)"
        if need == "answer":
            missing = isinstance(self.probe, Missing) and isinstance(self.endpoint, Missing)
            return f"{NOT_ASKED}an answer of the service" if missing else None
        if need == "tree":
            if isinstance(self.script, Missing):
                return self.script.reason
            from checks.entry_script.module import parse

            parsed = parse(self.script.text, self.script.entered)
            return None if parsed.tree else f"{self.script.name} does not parse"
        record = getattr(self, need)
        return record.reason if isinstance(record, Missing) else None

    @property
    def code(self) -> tuple[Script, ...]:
        """The entry script and the modules of one's own that it imports, as far as they were read."""
        own = (self.script,) if isinstance(self.script, Script) else ()
        return (*own, *(self.source.modules.values() if isinstance(self.source, SourceTree) else ()))

    def replace(self, **fields: object) -> "Evidence":
        """A copy with some fields replaced."""
        return msgspec.structs.replace(self, **fields)
