"""A signature: what a line of text looks like, what it means, and what to change. Signatures are data.

They stand in `signatures/*.toml`, one area a file. How to write one: docs/signatures.md.
"""

import re
import tomllib
from enum import StrEnum
from functools import cache
from pkgutil import get_data

import msgspec

from checks.finding import Confidence, Record, Safety, Severity, Stage
from checks.logs.template import placeholders

AREAS = {
    "python": "Imports, syntax, names and the plain exceptions of Python",
    "packaging": "Packages whose versions do not fit: what a release removed, and what to pin",
    "models": "Model files that cannot be read: pickle, joblib, scikit-learn, XGBoost, LightGBM and others",
    "frameworks": "TensorFlow, Keras, PyTorch, ONNX Runtime, Transformers, spaCy, NLTK, Spark",
    "server": "The inference server and what it runs on: gunicorn, uvicorn, nginx, runit",
    "script": "What the server demands of an entry script",
    "payload": "Requests and answers: what run() was sent and what it returned",
    "http": "HTTP status of scoring calls, as clients and front ends see it",
    "memory": "Memory",
    "gpu": "GPUs, drivers, CUDA",
    "native": "Shared libraries and binaries",
    "storage": "Files, mounts, disks",
    "network": "Names, connections, TLS, proxies",
    "model_servers": "Triton, MLflow, MLServer, KServe, TorchServe, TensorFlow Serving, vLLM and their like",
    "kubernetes": "Reasons and events of pods, workloads and admission",
    "scheduling": "Why a pod finds no node",
    "images": "Images: names, pulls, platforms, entrypoints, the container runtime",
    "probes": "Liveness, readiness and startup probes; ports",
    "build": "Image builds: conda, pip, apt, Dockerfiles, registries' build tasks",
    "access": "Identities, roles, tokens, keys, firewalls",
    "quota": "Quota and capacity",
    "platform": "Error codes of online endpoints and of the resource manager",
    "sdk": "What the SDKs and the command line refuse before anything is sent",
    "compute": "Kubernetes computes and the cluster extension",
    "edge": "IoT Edge and App Service",
    "batch": "Batch endpoints and parallel jobs",
    "fallback": "What is said where no signature matches",
    "harmless": "Lines that look bad and are not",
    "states": "How far the service has come",
}
"""The files of `signatures/` and what they are about, in the order in which the catalogue lists them."""


class Role(StrEnum):
    """What a matched line stands for."""

    CAUSE = "cause"  # says what is wrong
    SYMPTOM = "symptom"  # follows from a cause; the diagnosis only where nothing else was found
    WRAPPER = "wrapper"  # carries a cause inside itself, like a symptom never above what it wraps
    HARMLESS = "harmless"  # looks bad and is not: nothing on this line counts, nor a traceback that it heads
    STATE = "state"  # how far the service has come
    FALLBACK = "fallback"  # what is said where no signature matches; has no pattern


class Strength(StrEnum):
    """Which of two causes on one line, or in one log, is the better diagnosis."""

    STRONG = "strong"  # never seen without being the reason
    NORMAL = "normal"
    WEAK = "weak"  # a general message, or a warning: counts where nothing better is found

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Strength).index(self)


class Phase(StrEnum):
    """Where in the life of a worker a line was written."""

    START = "start"  # the server starts, or nothing tells
    LOAD = "load"  # the entry script is imported
    INIT = "init"  # init() runs
    RUN = "run"  # requests are answered


class SignatureFix(Record, frozen=True, forbid_unknown_fields=True):
    """One way to cure it; texts are templates as `title` is."""

    title: str
    safety: Safety = Safety.REVIEW
    commands: tuple[str, ...] = ()


class Signature(Record, frozen=True, forbid_unknown_fields=True):
    """One entry. Patterns are RE2 (no look-around, no back-references: nothing that could backtrack).

    `match`: any of these, searched in one line whose prefix (time, pod, logger) was taken off. Named groups become
    fields; `title`, `why`, `no_fix` and the fixes are templates in which `{module}` is a field and
    `{module|distribution}` a field passed through a filter (see template.py). `defaults` holds what stands for a field
    that did not match.
    `phases`: counts only in these. `frames`: only as the headline of an exception one of whose frames (`path in
    function: code`) this matches. `exception`: only as the headline of an exception. `after` and `not_after`: ids, of
    which one must (none may) stand earlier in the same start of the service. `also`: patterns that must each match some
    line of the log; their groups become fields too. `reader`: a function (readers.py) that extracts more fields, and
    may refuse. `over`: ids (or `area.*`) that it outranks on the same line or in the same exception; of a
    symptom: the causes that do not count on its line; `under`: those that outrank it there, for a general message
    that areas with a more exact one share. `explains`: ids (or `area.*`) of other causes that follow from it;
    symptoms need no mention. `cleared_by`: ids of states that prove that it did no harm when they come later; by
    default what stage, area and role imply (analysis.py).
    `begins`, `enters`, `healthy`, `busy` belong to states: a new start, a phase, a proof that the service works, and
    what goes on from then until another state comes. `heads` belongs to harmless lines: they hide the
    traceback after them, too.
    `fires` and `quiet` are texts that must (must not) be matched by this signature.
    """

    id: str
    match: tuple[str, ...] = ()
    role: Role = Role.CAUSE
    strength: Strength = Strength.NORMAL
    stage: Stage = Stage.OPERATE
    severity: Severity = Severity.ERROR
    confidence: Confidence = Confidence.LIKELY
    title: str = ""
    why: str = ""
    fixes: tuple[SignatureFix, ...] = ()
    no_fix: str | None = None
    defaults: dict[str, str] = {}
    phases: tuple[Phase, ...] = ()
    frames: str | None = None
    exception: bool = False
    after: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    reader: str | None = None
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    cleared_by: tuple[str, ...] | None = None
    begins: bool = False
    enters: Phase | None = None
    healthy: bool = False
    busy: str = ""
    heads: bool = False
    aliases: tuple[str, ...] = ()
    learn_more: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    fires: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    area: str = ""

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def groups(self) -> frozenset[str]:
        """Names of the fields that its patterns extract."""
        return frozenset(name for pattern in (*self.match, *self.also) for name in re.findall(r"\(\?P<(\w+)>", pattern))

    @property
    def is_told(self) -> bool:
        """False for what is only read: states and harmless lines."""
        return self.role not in {Role.STATE, Role.HARMLESS}

    @property
    def subject(self) -> frozenset[str]:
        """Names of the fields that its title speaks of: sightings that differ in nothing else are one finding."""
        return placeholders(self.title)

    def named_in(self, ids: tuple[str, ...]) -> bool:
        """True when a list of ids or `area.*` names this one."""
        return self.id in ids or f"{self.area}.*" in ids


class _File(Record, frozen=True, forbid_unknown_fields=True):
    signature: tuple[Signature, ...] = ()


def parse(text: str, area: str) -> tuple[Signature, ...]:
    """The signatures of one file. Raises ValueError (tomllib's or msgspec's) that names the place."""
    read = msgspec.convert(tomllib.loads(text), _File, strict=True)
    return tuple(msgspec.structs.replace(signature, area=area) for signature in read.signature)


def area_text(area: str) -> bytes:
    """One file of `signatures/` as it stands."""
    return get_data("checks.logs", f"signatures/{area}.toml") or b""


_ENTRY = b"[[signature]]\n"


def entries_of(area: str) -> list[bytes]:
    """One file of `signatures/` cut at its entries, each of which `parse` can read alone."""
    return [_ENTRY + part for part in (b"\n" + area_text(area)).split(b"\n" + _ENTRY)[1:]]


@cache
def signatures() -> tuple[Signature, ...]:
    """Every built-in signature, area by area."""
    return tuple(one for area in AREAS for one in parse(area_text(area).decode("utf-8"), area))


@cache
def by_id() -> dict[str, Signature]:
    """The built-in signatures by id (without the family)."""
    return {one.id: one for one in signatures()}
