"""What was seen of a contract: documents, what run() declares, where it is deployed, and payloads that were made.

JSON values stay as the parser gave them. A pointer is a JSON pointer (RFC 6901): `/data/3/age`, empty for the whole.
"""

from typing import Any, Literal

from checks.finding import Record

Json = Any
"""A value as `json.loads` gives it."""

Schema = dict[str, Any]
"""A JSON schema. Those of inference-schema and of OpenAPI documents are objects, never true or false."""


class ParameterType(Record, frozen=True):
    """What a decorator makes of one parameter, as inference-schema holds it.

    `kind` `unknown` is a type of the person's own. Of a standard type, `python` is the name of the sample's Python type
    (`dict`, `list`, `int`, `date` …), `inner` the wrapped types of a dict by key, `item` that of a list of wrappers. Of
    a NumPy type, `dtype` is numpy's own word (`float64`, `<U2`, `datetime64[D]`), `shape` the sample's, `fields` name
    and dtype of a structured one. Of a pandas type, `columns` are name and dtype of the sample's columns in their order
    and `orient` the form; `numbered` says that all its labels are numbers, `categories` holds those of its category
    columns where they are few and JSON values. `converts` is `convert_to_provided_type`, `optional` the decorator's.
    """

    kind: Literal["standard", "numpy", "pandas", "spark", "unknown"]
    python: str | None = None
    inner: dict[str, "ParameterType"] = {}
    item: "ParameterType | None" = None
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    fields: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    orient: str | None = None
    numbered: bool = False
    categories: dict[str, tuple[Json, ...]] = {}
    enforce_shape: bool = True
    enforce_types: bool = True
    converts: bool = True
    optional: bool = False


class Parameter(Record, frozen=True):
    """One parameter of run() other than `request_headers`. `required`: it has no default. `type` is None without a
    decorator. `default` is JSON text, None also where the default is no plain JSON value.
    """

    name: str
    required: bool = True
    keyword_only: bool = False
    type: ParameterType | None = None
    default: str | None = None


class Interface(Record, frozen=True):
    """What run() takes and gives as the loaded module shows it: the probe's answer after the import.

    `described` are the names that decorators describe, also those that run() does not have. `input`, `output` and
    `versions` are what `inference_schema.schema_util` answers; None and empty for an undecorated run(). `problem` says
    why they could not be had. `library` is the version of inference-schema, `pandas` and `numpy` those of the
    interpreter, where they are installed.
    """

    kind: Literal["undecorated", "schema", "rawhttp"]
    parameters: tuple[Parameter, ...]
    described: tuple[str, ...] = ()
    input: Schema | None = None
    output: Schema | None = None
    versions: tuple[str, ...] = ()
    problem: str | None = None
    library: str | None = None
    numpy: str | None = None
    pandas: str | None = None


class DocumentProblem(Record, frozen=True):
    """A place of a document that is wrong, and how.

    `kind`: syntax (no JSON, no YAML), large and deep (more than is read), reference (leads nowhere), loop (references
    that lead only to themselves), specification (the validator's words).
    """

    kind: Literal["syntax", "large", "deep", "reference", "loop", "specification"]
    message: str
    pointer: str | None = None
    line: int | None = None
    column: int | None = None


class Document(Record, frozen=True):
    """A description of the service: an OpenAPI document, or the `service_schema.json` of the 2018 SDK.

    `role`: given (named by the person), beside (in the code folder), served (by the live service), old (given with
    --against). `version` is what it says of itself (`2.0`, `3.0.3`); None when it says nothing. `content` is empty
    where the text could not be read. `text` is redacted and cut, `lines` are the lines of values by pointer; of a JSON
    text only those that were asked for, see `checks.contract.places`.
    """

    source: str
    role: Literal["given", "beside", "served", "old"]
    form: Literal["openapi", "service-schema", "unknown"]
    version: str | None = None
    content: dict[str, Any] = {}
    text: str = ""
    lines: dict[str, int] = {}
    problems: tuple[DocumentProblem, ...] = ()

    @property
    def name(self) -> str:
        """The file name alone."""
        return self.source.replace("\\", "/").rsplit("/", 1)[-1]


class Documents(Record, frozen=True, tag=True):
    """The documents that belong to one target."""

    items: tuple[Document, ...]

    def of(self, *roles: str) -> tuple[Document, ...]:
        """Those of these roles, in their order."""
        return tuple(one for one in self.items if one.role in roles)


class Deployment(Record, frozen=True, tag=True):
    """What the endpoint or deployment file of Azure ML says that the contract must fit.

    `auth_mode`: key, aml_token, aad_token, none. Lines are those of the file.
    """

    source: str
    kind: Literal["managed", "kubernetes", "container-instance", "unknown"]
    auth_mode: str | None = None
    auth_line: int | None = None
    request_timeout_ms: int | None = None


class Tried(Record, frozen=True):
    """One payload that was made from the contract, and what the service did with it.

    `why` says in what it is wrong (`age is a text`), empty for a valid one. `smallest`: nothing smaller showed it.
    `headline` is the exception's last line, or the server's message; `line` the place in the script. `origin` of a
    valid one: example (the contract's own), near (its example with values hardly changed), edge (no rows, many rows, a
    long text), made (anything that the contract allows). `answer` is the body of an answer with 200, redacted and cut.
    """

    payload: str
    valid: bool
    why: str = ""
    status: int | None = None
    headline: str | None = None
    line: int | None = None
    code: str = ""
    smallest: bool = False
    origin: Literal["example", "near", "edge", "made"] = "made"
    answer: str = ""


class Attack(Record, frozen=True, tag=True):
    """Payloads made from the contract, run through the probe: how many, and those that showed something.

    `valid_failed` are payloads that the contract allows and the service refused; `invalid_accepted` those that it
    forbids and that got 200. `ended` are those, allowed or not, that ended the service's process or got no answer in
    time; `answers` are valid ones whose answer with 200 is not what the contract declares, `why` says how.
    `problem` says why not more were tried.
    """

    tried: int
    valid: int
    invalid: int
    valid_failed: tuple[Tried, ...] = ()
    invalid_accepted: tuple[Tried, ...] = ()
    ended: tuple[Tried, ...] = ()
    answers: tuple[Tried, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    problem: str | None = None
