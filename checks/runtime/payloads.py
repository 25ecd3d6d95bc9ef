"""The request body that was sent, and which exceptions of run() speak of it."""

import json
import re
from functools import cache, lru_cache

from checks.evidence import Evidence, Phase, Sample, Samples, Step
from checks.finding import Quote
from checks.runtime.failures import Failure, probe_of
from checks.runtime.wording import one_line

_NOT_JSON = r"^JSONDecodeError\b|^Expecting |Unexpected UTF-8 BOM|^BadRequest: .*JSON|Failed to decode JSON"

_SHAPE = (
    r"Expected 2D array, got (?:1D|scalar) array"
    r"|Expected \d+D array, got \d+D array"
    r"|X has \d+ features, but .+ is expecting \d+ features"
    r"|Number of features of the model must match the input"
    r"|Feature shape mismatch, expected"
    r"|The number of features in data \(\d+\) is not the same as it was in training data"
    r"|Invalid input array: (?:array has size|an array with)|Invalid input data frame: data frame has size"
    r"|an array with \d+ dimensions? is expected"
    r"|The feature names should match those that were passed during fit"
    r"|feature_names mismatch|columns are missing: |Feature names (?:unseen|seen) at fit time"
    r"|inhomogeneous shape|setting an array element with a sequence"
    r"|mat1 and mat2 shapes cannot be multiplied"
    r"|incompatible with the layer: expected|is incompatible with layer|Input \d+ .* incompatible"
    r"|Got invalid dimensions for input|Invalid rank for input|Invalid feed input name"
    r"|Required inputs \(.*\) are missing"
    r"|All arrays must be of the same length"
    r"|\d+ columns passed, passed data had \d+ columns|Length mismatch: Expected axis has"
    r"|cannot reshape array of size|too many values to unpack|not enough values to unpack"
    r"|matmul: Input operand|shapes \(.+\) and \(.+\) not aligned|operands could not be broadcast"
    r"|must have (?:exactly )?\d+ features|expected \d+ features"
    r"|Expected .* to have \d+ dimensions|If using all scalar values, you must pass an index"
)

_VALUE = (
    r"could not convert string to float|invalid literal for (?:int|float)\(\)|could not convert"
    r"|contains? NaN|Input contains (?:NaN|infinity)|infinity or a value too large"
    r"|Error while type casting for column|Invalid input data type to parse|Invalid input format: expected an array"
    r"|unable to convert input of type"
    r"|(?:int|float)\(\) argument must be a string"
    r"|dtype='numeric' is not compatible with arrays of bytes/strings|Unable to convert array of bytes/strings"
    r"|Found unknown categories|Unknown label type|previously unseen labels"
    r"|time data '.*' does not match format|Unknown (?:datetime )?string format|Invalid isoformat string"
    r"|cannot convert float NaN to integer|ufunc '.*' (?:did not contain a loop|not supported)"
    r"|can't convert np\.ndarray of type numpy\.(?:object_|str_)|Unexpected input data type"
    r"|must be real number, not (?:str|list|dict|NoneType)|DataFrame\.dtypes for data must be int, float, bool"
    r"|Incorrect padding|cannot identify image file|Only base64 data is allowed|Invalid base64"
)

_CONTAINER = (
    r"(?:string|list|tuple) indices must be integers|byte indices must be integers"
    r"|'(?:str|list|int|float|bool|NoneType)' object (?:is not subscriptable|is not iterable)"
    r"|'(?:str|list|int|float|bool|NoneType)' object has no attribute '(?:get|keys|items|values)'"
    r"|'NoneType' object is not (?:subscriptable|iterable)"
    r"|object of type '(?:NoneType|int|float|bool)' has no len\(\)"
    r"|the JSON object must be str, bytes or bytearray, not"
    r"|None of \[.*\] are in the \[(?:columns|index)\]|not in index|not found in axis"
    r"|argument of type '\w+' is not (?:iterable|a container or iterable)"
    r"|'dict' object has no attribute '(?:decode|encode|read)'|'str' object has no attribute 'decode'"
)  # fmt: skip

_VARIANTS = {"json": _NOT_JSON, "shape": _SHAPE, "value": _VALUE, "container": _CONTAINER}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The variants, compiled when the first exception is read: a script without one does not pay for it."""
    return {variant: re.compile(pattern, re.DOTALL) for variant, pattern in _VARIANTS.items()}


def says_payload(text: str) -> str | None:
    """The variant whose words a text has: `json`, `shape`, `value` or `container`; None for other texts."""
    return next((variant for variant, pattern in _patterns().items() if pattern.search(text)), None)


def sample_of(step: Step, evidence: Evidence) -> Sample | None:
    """The request body of a step; the one that the decorator's own sample gave is in the probe's record."""
    if isinstance(evidence.samples, Samples):
        for sample in evidence.samples.items:
            if sample.source == step.sample:
                return sample
    example = probe_of(evidence).example
    if example and step.sample:
        return Sample(source=step.sample, text=example, size=len(example))
    return None


@lru_cache(maxsize=32)
def parsed(text: str) -> object:
    """The JSON value of a body; the text itself when it is no JSON."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return text


def shape_of(value: object, depth: int = 2) -> str:
    """What a JSON value is made of, without its contents: `object with data (list of 2 lists of 3 numbers)`."""
    if isinstance(value, dict):
        names = list(value)[:8]
        more = f" and {len(value) - 8} more" if len(value) > 8 else ""
        if not names:
            return "an empty object"
        inner = [f"`{key}` ({shape_of(value[key], depth - 1)})" if depth > 0 else f"`{key}`" for key in names]
        return f"object with {', '.join(inner)}{more}"
    if isinstance(value, list):
        if not value:
            return "an empty list"
        kinds = {_plain(item) for item in value}
        if kinds == {"list"}:
            sizes = {len(item) for item in value if isinstance(item, list)}
            inside = {_plain(item) for row in value if isinstance(row, list) for item in row[:50]}
            each = f"{sizes.pop()}" if len(sizes) == 1 else "unequal numbers of"
            return f"list of {len(value)} {_plural('list', len(value))} of {each} {_mixed(inside)}"
        if kinds == {"object"} and depth > 0:
            return f"list of {len(value)} {_plural('object', len(value))}, the first an {shape_of(value[0], 0)}"
        return f"list of {len(value)} {_mixed(kinds, len(value))}"
    return _plain(value)


def payload_quotes(step: Step, evidence: Evidence) -> tuple[Quote, ...]:
    """What was sent, in shape and in text: the other half of the evidence when run() trips over it."""
    sample = sample_of(step, evidence)
    if sample is None:
        return ()
    if sample.text is None:
        return (Quote(source=sample.source, text=f"{sample.size} bytes that are no UTF-8 text"),)
    value = parsed(sample.text)
    shape = shape_of(value) if not isinstance(value, str) else "text"
    return (Quote(source=sample.source, text=f"{shape}: {one_line(sample.text, 160)}"),)


def payload_variant(failure: Failure, evidence: Evidence) -> str | None:
    """In which way an exception of run() speaks of what was sent; None when the payload is innocent.

    `json`: the body is no JSON; `shape`: dimensions and numbers of features; `value`: a value that cannot be converted;
    `container`: a list where an object is wanted, and the like; `key`: a key or an item that is not there.
    """
    if failure.phase is not Phase.RUN or probe_of(evidence).is_batch:  # a batch script is sent nothing
        return None
    if failure.kind == "JSONDecodeError":
        return "json"
    if variant := says_payload(failure.headline):
        return variant
    return "key" if failure.kind in ("KeyError", "IndexError") and _about_payload(failure, evidence) else None


def key_of(failure: Failure) -> str | None:
    """The key of a KeyError without its quotes."""
    if failure.kind != "KeyError":
        return None
    said = re.fullmatch(r"""(['"])(.*)\1""", failure.message, re.DOTALL)
    return said.group(2) if said else failure.message


def keys_of(value: object, depth: int = 4) -> set[str]:
    """Every key of every object in a JSON value, down to a depth."""
    if depth < 0:
        return set()
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys_of(inner, depth - 1)}
    if isinstance(value, list):
        return {key for inner in value[:20] for key in keys_of(inner, depth - 1)}
    return set()


def _about_payload(failure: Failure, evidence: Evidence) -> bool:
    """A KeyError of run() speaks of the payload when the payload has no such key.

    Keys of JSON are text; and a value of the payload that is looked up in a table is no key that the payload lacks.
    """
    sample = sample_of(failure.step, evidence)
    if sample is None or sample.text is None:
        return failure.kind == "KeyError" and bool(failure.own and _asks(failure.own.code, key_of(failure) or ""))
    value = parsed(sample.text)
    if failure.kind == "IndexError":
        return "list index out of range" in failure.message and _has_empty(value)
    key, own = key_of(failure) or "", failure.own
    looked_up = key == failure.message or key in _scalars(value)
    if looked_up and own and own is failure.innermost and not _asks(own.code, key):
        return False
    return key not in (set(value) if isinstance(value, dict) else set()) or key not in keys_of(value)


def _scalars(value: object, depth: int = 4) -> set[str]:
    """Every text and number of a JSON value that is no key, down to a depth, as text."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value[:20]
        return {one for each in inner for one in _scalars(each, depth - 1)} if depth else set()
    return {str(value)}


def _asks(code: str, key: str) -> bool:
    return f'"{key}"' in code or f"'{key}'" in code


def _has_empty(value: object) -> bool:
    if isinstance(value, list):
        return not value or any(_has_empty(item) for item in value[:20])
    return isinstance(value, dict) and any(_has_empty(item) for item in value.values())


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    kinds = {dict: "object", list: "list", str: "text", int: "number", float: "number"}
    return kinds.get(type(value), type(value).__name__)


def _plural(word: str, count: int) -> str:
    return word if count == 1 or word in ("text", "null") else f"{word}s"


def _mixed(kinds: set[str], count: int = 2) -> str:
    if not kinds:
        return "items"
    return _plural(kinds.pop(), count) if len(kinds) == 1 else f"items ({', '.join(sorted(kinds))})"
