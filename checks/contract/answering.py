"""An answer held against what the contract declares, and the answers that the evidence holds."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from checks.contract.contracts import Contract, contracts
from checks.contract.records import Json, Schema
from checks.contract.validation import disagreements
from checks.evidence import Evidence, Missing, Phase, Returned, Samples
from checks.finding import Quote
from checks.http.reproduce import reproduced
from checks.runtime.error_texts import error_text
from checks.runtime.wording import one_line

_SAYS_NOTHING = {"type", "example", "examples", "title", "description", "format"}
MOST_CUT = 4_000  # characters that the probe keeps of an answer
NOT_JSON: Any = object()


@dataclass(frozen=True)
class Answered:
    """One answer with 200: `body` as it was sent, `value` of it (NOT_JSON where it has none), and the request's value.

    `source` is for quotes, `sample` names the request, `live`: it came from the service itself, not from the probe.
    """

    source: str
    body: str
    value: Json
    asked: Json = NOT_JSON
    sample: str | None = None
    live: bool = False
    content_type: str = "application/json"

    @property
    def about(self) -> tuple[str, ...]:
        """Its subjects for the ranking."""
        return ("phase:run", *((f"sample:{self.sample}",) if self.sample else ()))

    def quote(self, text: str = "") -> Quote:
        """What was answered, on one line."""
        return Quote(source=self.source, text=text or f"200 {one_line(self.body, 160) or '(an empty body)'}")


def answers(evidence: Evidence) -> Iterator[Answered]:
    """The answers with 200 to a sample: the first to each from the probe, then those of the live service."""
    probe = evidence.probe
    if not isinstance(probe, Missing) and not probe.is_batch:
        for step in probe.steps:
            returned = step.returned
            if step.phase is not Phase.RUN or step.outcome != "passed" or returned is None:
                continue
            if returned.problem or returned.text is None or (returned.status or 200) != 200 or _is_cut(returned):
                continue
            asked = _asked(evidence, step.sample) if step.sample else NOT_JSON
            yield Answered(
                f"probe: run() with {step.sample}" if step.sample else "probe: run()",
                returned.text, value_of(returned.text), asked, step.sample,
                content_type="" if returned.status is not None else "application/json",
            )  # fmt: skip
    if not isinstance(evidence.endpoint, Missing):
        for call in evidence.endpoint.of("score"):
            if call.status == 200 and call.problem is None and not call.cut:
                asked = _asked(evidence, call.sample) if call.sample else NOT_JSON
                yield Answered(
                    f"{call.method} {call.path}", call.body, value_of(call.body), asked, call.sample, True,
                    call.content_type,
                )  # fmt: skip


def reproduced_by(evidence: Evidence, answer: Answered) -> tuple[str, ...]:
    """The request of a live answer, to paste; none for an answer of the probe."""
    if isinstance(evidence.endpoint, Missing) or not answer.live:
        return ()
    calls = (call for call in evidence.endpoint.of("score") if call.sample == answer.sample)
    return next((reproduced(evidence.endpoint, call) for call in calls), ())


def declared_outputs(evidence: Evidence) -> tuple[Contract, ...]:
    """The contracts that say what is answered, the surest first; those that say the same as one before are left out."""
    found: list[Contract] = []
    for one in contracts(evidence):
        if one.output is not None and one.output not in [other.output for other in found]:
            found.append(one)
    return tuple(found)


def value_of(text: str) -> Json:
    """The JSON value of a body; NOT_JSON where it is none. NaN and Infinity are read as Python reads them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NOT_JSON


def path_of(pointer: str) -> str:
    """A JSON pointer as a person writes it in code: `result[0]["score"]`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return "result" + "".join(f"[{part}]" if part.isdigit() else f"[{json.dumps(part)}]" for part in parts)


def not_finite(value: Json, pointer: str = "", depth: int = 0) -> str | None:
    """The pointer of the first number that JSON does not have: NaN, Infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return pointer
    if depth > 100 or not isinstance(value, dict | list):
        return None
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        if isinstance(part, float | dict | list):
            named = str(key).replace("~", "~0").replace("/", "~1")
            if (found := not_finite(part, f"{pointer}/{named}", depth + 1)) is not None:
                return found
    return None


def example_of(schema: Schema) -> Json:
    """The example that a schema gives; None without one."""
    given = schema.get("examples")
    return given[0] if isinstance(given, list) and given else schema.get("example")


def says_something(schema: Schema) -> Schema:
    """The schema without the places that say nothing: inference-schema writes `object` for None and other scalars."""

    def without(part: Any, depth: int) -> Any:
        if isinstance(part, list):
            return [without(one, depth + 1) for one in part]
        if not isinstance(part, dict) or depth > 60:
            return part
        if part.get("type") == "object" and not part.keys() - _SAYS_NOTHING:
            return {}
        kept = ("example", "examples", "default", "enum", "const")
        return {key: value if key in kept else without(value, depth + 1) for key, value in part.items()}

    made = without(schema, 0)
    return made if isinstance(made, dict) else {}


@dataclass(frozen=True)
class Mismatch:
    """The first place where an answer is not what is declared. `top`: the whole answer is of another type."""

    pointer: str
    seen: str
    expected: str
    top: bool
    key: str | None = None
    near: str | None = None
    more: int = 0

    @property
    def path(self) -> str:
        """The place as a person writes it in code."""
        return path_of(self.pointer)


def mismatch(output: Schema, value: Json) -> Mismatch | None:
    """How an answer disagrees with the declared output; None when it fits. Formats are no reason."""
    found = [one for one in disagreements(says_something(output), value).items if one.kind != "form"]
    if not found:
        return None
    first = found[0]
    top = first.kind == "type" and not first.pointer
    return Mismatch(first.pointer, first.seen, first.expected, top, first.key, first.near, len(found) - 1)


def rows_of(value: Json) -> int | None:
    """How many rows a request has: the one list of rows in it. None where it cannot be told."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], list | dict)]
        if len(lists) == 1:
            return len(lists[0])
        inner = [one for one in value.values() if isinstance(one, dict)]
        return rows_of(inner[0]) if not lists and len(inner) == 1 else None
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        return len(value)
    return None


PerRow = Literal["told", "fits", "no"]


def per_row(contract: Contract) -> PerRow:
    """Whether the output is declared one item per row of the input.

    `told`: the examples have the same number of rows, more than one; `fits`: one each, which may be chance.
    """
    output = contract.output or {}
    if output.get("type") != "array" or not contract.examples:
        return "no"
    rows, example = rows_of(contract.examples[0]), example_of(output)
    if rows is None or not isinstance(example, list) or len(example) != rows:
        return "no"
    return "told" if rows > 1 else "fits"


Fault = tuple[Literal["not-finite", "mismatch", "rows"], str]


def fault_of(contract: Contract, asked: Json, value: Json) -> Fault | None:
    """What is wrong with the answer to a request that the contract allows: its kind, and a sentence."""
    if (pointer := not_finite(value)) is not None:
        return "not-finite", f"the answer has NaN or Infinity at {path_of(pointer)}, which JSON does not have"
    if contract.output is None:
        return None
    if (found := mismatch(contract.output, value)) is not None:
        return "mismatch", f"{found.path} is {found.seen}, declared is {found.expected}"
    rows = rows_of(asked)
    if per_row(contract) != "no" and isinstance(value, list) and rows is not None and rows != len(value):
        return "rows", f"{rows} rows are sent, and {len(value)} come back"
    return None


def _is_cut(returned: Returned) -> bool:
    return returned.text is not None and len(returned.text) >= MOST_CUT


def _asked(evidence: Evidence, sample: str) -> Json:
    if isinstance(evidence.samples, Samples):
        for one in evidence.samples.items:
            if one.source == sample and one.text is not None:
                return value_of(one.text)
    probe = evidence.probe
    if not isinstance(probe, Missing) and probe.example is not None:
        return value_of(probe.example)
    return NOT_JSON


def error_in(answer: Answered) -> str | None:
    """The text of an exception that the answer consists of; None for an answer that may be meant."""
    if answer.live and not _is_json(answer.content_type) and not answer.body.startswith(("{", '"', "[")):
        return None
    return error_text(Returned(type="str", text=answer.body))


def is_error(answer: Answered) -> bool:
    """Whether the answer is the text of an exception."""
    return error_in(answer) is not None


def is_empty(value: Json) -> bool:
    """Whether an answer holds nothing: null or an empty object, which is what None becomes."""
    return value is None or value == {}


def unwrapped(answer: Answered, contract: Contract) -> Json | None:
    """The object or list that an answer holds as a text, where the contract declares no text; else None."""
    kind = (contract.output or {}).get("type")
    if not isinstance(answer.value, str) or kind not in ("object", "array") or "json" not in answer.content_type:
        return None
    inner = value_of(answer.value)
    return inner if isinstance(inner, dict | list) else None


def _is_json(content_type: str) -> bool:
    return not content_type or "json" in content_type
