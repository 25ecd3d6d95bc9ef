"""The payload and the script do not fit each other.

What it finds
-------------
An exception of run() that speaks of what was sent: a key that is not in it, a list where an object is wanted, a body
that is no JSON, another number of features, a value that cannot be converted.

Why it breaks
-------------
An undecorated run() gets the body as text and makes of it what it will; nothing checks it before. Where script and
sample disagree, run() raises and the client gets 500, as will every client that sends the same.

How to fix
----------
Decide which of the two is right: send what the script reads, or read what is sent. Checking the body first and
answering 400 tells clients what is wrong.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import difflib
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Missing, Phase
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.at_fault import faults
from checks.runtime.failures import RAISED, Failure
from checks.runtime.globals_held import held, set_quotes
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.origins import BODY
from checks.runtime.payloads import key_of, keys_of, parsed, payload_quotes, payload_variant, sample_of, shape_of
from checks.runtime.reading import told_by
from checks.runtime.wording import one_line, titled


@check("runtime.payload-mismatch", needs=("probe",), stage=Stage.RUN, explains=RAISED)
def payload_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Put what was read beside what was sent."""
    tell = {"json": _json, "shape": _shape, "value": _value, "container": _container, "key": _key}
    for failure in told_by("runtime.payload-mismatch", evidence):
        variant = payload_variant(failure, evidence)
        if variant is None:
            continue
        title, fix = _either(failure, evidence, *tell[variant](failure, evidence))
        key = key_of(failure)
        yield failure.finding(
            titled(title, 88),
            saw=(*_with_near(key, payload_quotes(failure.step, evidence), failure, evidence), *_beside(failure)),
            about=(f"name:{key}",) if key else (),
            fixes=(fix,),
            confidence=_confidence(failure, variant, key),
        )


def _either(failure: Failure, evidence: Evidence, title: str, fix: Fix) -> tuple[str, Fix]:
    """The same where the line reads the body and something of the script's own, and the exception may mean each."""
    other = next((one for one in faults(failure) if one.globals or one.file_lines), None)
    if other is None:
        return title, fix
    text, sample = one_line(other.text, 30), sample_of(failure.step, evidence)
    if "NoneType" in failure.message and sample and sample.text and "null" not in sample.text:
        return f"`{text}` may be None: the body that was sent has no null", Fix(
            title=f"see where `{text}` is set, or what is read of the body without being sent"
        )
    return f"run() fails at `{text}` or at the body, and the line reads both", Fix(
        title=f"compare `{text}` and the body with what the line needs: {fix.title}"
    )


def _json(failure: Failure, evidence: Evidence) -> tuple[str, Fix]:
    sample = sample_of(failure.step, evidence)
    text = sample.text if sample else None
    if text is not None and not isinstance(parsed(text), str):
        return "run() parses something that is no JSON", Fix(
            title="look at what the line parses: a file, or a part of the body, for the whole body is JSON",
        )
    if text is not None and not text.strip():
        return "the body that was sent is empty", Fix(title="send a JSON body", commands=('{"data": [[1, 2, 3]]}',))
    if "double quotes" in failure.message or (text and "'" in text and '"' not in text):
        return "the body is no JSON: single quotes or a trailing comma", Fix(
            title="write the body with json.dumps", commands=("requests.post(url, json=payload)",)
        )
    if text is not None and text.startswith("\ufeff"):
        return "the body begins with a byte order mark", Fix(title="save the file as UTF-8 without BOM")
    return "the body is no JSON", Fix(
        title="send the body that json.dumps gives", commands=("python -m json.tool < body",)
    )


def _key(failure: Failure, evidence: Evidence) -> tuple[str, Fix]:
    if failure.kind == "IndexError":
        return "the payload has fewer items than the script reads", Fix(
            title="send at least one item, or answer an empty list for none"
        )
    key = key_of(failure) or ""
    if (header := _header(failure, key)) is not None:
        return f"the request has no header `{one_line(header, 40)}`", Fix(
            title=f"send `{one_line(header, 40)}`, or read it with .get() and say what is meant without it"
        )
    sample = sample_of(failure.step, evidence)
    value = parsed(sample.text) if sample and sample.text else None
    names = sorted(keys_of(value)) if value is not None else []
    if key in names:
        return f"the script looks for `{key}` where the payload does not have it", Fix(
            title=f"send `{key}` in every item that the line reads, or give it a default there",
            commands=(f'.get("{key}")',),
        )
    return f"the payload has no key `{one_line(key, 40)}`", Fix(
        title=f"send `{key}`, or read a key that is sent" + (f": {one_line(', '.join(names), 60)}" if names else ""),
    )


def _header(failure: Failure, key: str) -> str | None:
    """The header that a server's own mapping lacks: WSGI names it `HTTP_` and its name (PEP 3333)."""
    is_environ = key.startswith("HTTP_") and failure.error.frames and not failure.error.frames[-1].own
    return key.removeprefix("HTTP_").replace("_", "-").title() if is_environ else None


def _container(failure: Failure, evidence: Evidence) -> tuple[str, Fix]:
    said = failure.message
    sample = sample_of(failure.step, evidence)
    value = parsed(sample.text) if sample and sample.text else None
    if not_parsed := re.search(r"JSON object must be str, bytes or bytearray, not (\w+)", said):
        return f"run() parses as JSON what is a {not_parsed[1]} already", Fix(
            title="drop json.loads(): the decorator, or the line before, has parsed the body"
        )
    if re.search(r"string indices|'str' object|byte indices", said):
        double = isinstance(value, str) and bool(sample and sample.text and sample.text.startswith('"'))
        if double:
            return "the body is JSON inside a JSON string", Fix(
                title="encode once", commands=("requests.post(url, json=payload)",)
            )
        code = "" if isinstance(evidence.script, Missing) else evidence.script.text
        if re.search(r"\bloads\(|read_json\(|get_json\(", code):
            return "run() takes a text of the payload for an object", Fix(
                title="send an object, or a list of objects, where the line reads one"
            )
        return "run() takes text for an object", Fix(
            title="parse the body first", commands=("data = json.loads(data)",)
        )
    if "NoneType" in said:
        return "run() meets null, or nothing, where it needs a value", Fix(
            title="send a value there, or test for None before it is used"
        )
    if re.search(r"not in index|are in the \[|not found in axis", said):
        missing = one_line(re.sub(r"^KeyError: ", "", said).strip("'\""), 60)
        return f"the payload lacks columns: {missing}", Fix(title="send the columns under the names the script reads")
    shape = shape_of(value, 0) if value is not None else "of another kind"
    return f"run() takes the body for something else: it is {one_line(shape, 40)}", Fix(
        title="send the body in the form that the line reads, or read the form that is sent"
    )


def _shape(failure: Failure, _: Evidence) -> tuple[str, Fix]:
    said = one_line(failure.message, 400)
    if found := re.search(r"X has (\d+) features?, but (.+?) is expecting (\d+) features?", said):
        return f"the payload has {found[1]} features, and the model wants {found[3]}", Fix(
            title=f"send the {found[3]} features that the model was fitted with, in their order"
        )
    if "got 1D array" in said or "got scalar array" in said:
        return "the payload is one row, and the model wants a list of rows", Fix(
            title="send a list of rows", commands=("[[1, 2, 3]] instead of [1, 2, 3]",)
        )
    if found := re.search(r"array has size (\d+) on dimension #(\d+), while expected value is (\d+)", said):
        return f"the payload has {found[1]} values in a row, and the decorator's sample {found[3]}", Fix(
            title=f"send {found[3]} values, or give the decorator a sample of the right shape"
        )
    if found := re.search(r"data frame has size (\d+) on dimension #1, while expected value is (\d+)", said):
        return f"the payload has {found[1]} columns, and the decorator's sample {found[2]}", Fix(
            title=f"send the {found[2]} columns of the sample"
        )
    if found := re.search(r"expected: (\d+), got:? (\d+)", said):
        return f"the payload has {found[2]} features, and the model wants {found[1]}", Fix(
            title=f"send the {found[1]} features that the model was fitted with, in their order"
        )
    if re.search(r"feature.names|columns are missing|Feature names", said):
        return "the payload's columns are not those that the model was fitted with", Fix(
            title="send the columns by name, in the order of the training data"
        )
    if "all scalar values" in said:
        return "the payload is one row, an object of plain values, and pandas wants a list", Fix(
            title="send a list of objects, also for one row",
            commands=('[{"a": 1, "b": 2}] instead of {"a": 1, "b": 2}',),
        )
    if "arrays must be of the same length" in said:
        return "the payload's columns are of different lengths", Fix(
            title="send as many values in each column, null for what is absent"
        )
    if "inhomogeneous" in said or "with a sequence" in said:
        return "the payload's rows are of different lengths", Fix(
            title="send rows of one length, null for what is absent"
        )
    return f"the payload's shape does not fit: {one_line(said, 50)}", Fix(
        title="send the shape that the model was fitted with"
    )


def _value(failure: Failure, _: Evidence) -> tuple[str, Fix]:
    said = one_line(failure.message, 400)
    said = re.sub(r"np\.str_\(('[^']*')\)", r"\1", said)  # NumPy 2 shows its own texts so
    if found := re.search(r"(?:to float|for int\(\) with base 10|for float\(\)): '?(.*?)'?(?::|$)", said):
        return f"the payload has `{one_line(found[1], 30)}` where a number is needed", Fix(
            title="send a number there, or convert the text before the model sees it"
        )
    if found := re.search(r"Expected: <class '(\w+)'> but got <class '(\w+)'>", said):
        return f"the payload has a {found[2]} where the decorator's sample has a {found[1]}", Fix(
            title=f"send a {found[1]} there, or give the decorator a sample of the type that clients send"
        )
    if "NaN" in said or "infinity" in said:
        return "the payload has nulls, and the model takes none", Fix(title="send numbers, or impute before predict()")
    if "unable to convert input of type <class 'str'>" in said:
        return "the body is JSON inside a JSON string", Fix(
            title="encode once", commands=("requests.post(url, json=payload)",)
        )
    if "unknown categories" in said or "unseen labels" in said:
        return "the payload has a category that the model was not fitted with", Fix(
            title="send a known category, or fit the encoder with handle_unknown='ignore'"
        )
    if re.search(r"padding|base64|image file", said):
        return "the payload's encoded data cannot be decoded", Fix(
            title="send base64 of the whole file, without the `data:` prefix"
        )
    return f"a value of the payload does not fit: {one_line(said, 50)}", Fix(
        title="send a value of the type that is read"
    )


def _with_near(key: str | None, quotes: tuple[Quote, ...], failure: Failure, evidence: Evidence) -> tuple[Quote, ...]:
    sample = sample_of(failure.step, evidence)
    if key is None or sample is None or not sample.text:
        return quotes
    names = keys_of(parsed(sample.text)) - {key}
    close = [n for n in names if n.lower() == key.lower()] or difflib.get_close_matches(key, names, n=1, cutoff=0.75)
    return (*quotes, *(Quote(source=sample.source, text=f"a key like it is there: {name}") for name in close[:1]))


def _confidence(failure: Failure, variant: str, key: str | None) -> Confidence | None:
    """A key that the line asks of the body and that was not sent is certain; where another object may be meant, not."""
    told = faults(failure)
    if any(not one.from_body or one.globals or one.file_lines for one in told):
        return Confidence.POSSIBLE
    if variant == "key":
        return Confidence.CERTAIN if all(BODY in one.sources for one in told) and _asked_in_code(failure, key) else None
    vague = re.search(r"to unpack|broadcast together|cannot reshape|not aligned|matmul", failure.message)
    return Confidence.POSSIBLE if vague else None


def _beside(failure: Failure) -> Iterator[Quote]:
    """What of the failing line may be meant as well as the body: globals of the script, and files that it reads."""
    told = faults(failure)
    for name in dict.fromkeys(name for one in told for name in one.globals):
        for quote in set_quotes(failure, name):
            said = held(failure, name)
            text = f"it may be `{name}` that is meant" + (f", a {one_line(said, 80)}" if said else "")
            yield Quote(source=quote.source, line=quote.line, text=f"{text}: {one_line(quote.text, 80)}")


def _asked_in_code(failure: Failure, key: str | None) -> bool:
    return bool(key and failure.own and re.search(rf"""['"]{re.escape(key)}['"]""", failure.own.code))


SCRIPT = """import json

def init(): ...

def run(raw):
    rows = json.loads(raw)["data"]
    return model.predict(rows)
"""
READ = at(SCRIPT, '["data"]')
USED = at(SCRIPT, "predict")


def _fails(type: str, text: str, body: str | None, *frames: str) -> Evidence:
    frame = USED if frames else READ
    return seen(SCRIPT, *started(raised_in(Phase.RUN, type, text, frame, *map(library, frames))), body=body)


HELD = """import json

def init():
    global model
    model = {"coef": 1}

def run(raw):
    data = json.loads(raw)
    both = {**model, **data}
    size = both["size"]
    return size + model["bias"]
"""


NAMED = HELD.replace("{**model, **data}", 'scaler.transform(frame(data["rows"], columns=model))')


def _looks_up(key: str, body: str) -> Evidence:
    text = SCRIPT.replace("model.predict(rows)", "[table[row] for row in rows]")
    line = at(text, "table[row]")
    return seen(text, *started(raised_in(Phase.RUN, "KeyError", key, line)), body=body)


CASES = (
    fires(
        _fails("KeyError", "'data'", '{"Data": [[1, 2]]}'),
        saw="a key like it is there: Data",
        line=6,
        findings=1,
    ),
    fires(
        _fails("KeyError", "'data'", '{"items": [{"data": 1}, {"size": 2}]}'),
        saw="looks for `data` where the payload does not have it",
        name="one item has it, another lacks it",
    ),
    fires(
        _fails("KeyError", "'data'", '{"inputs": [[1, 2]]}'), saw="object with `inputs` (list of 1 list of 2 numbers)"
    ),
    fires(
        _fails("JSONDecodeError", "Expecting property name enclosed in double quotes: line 1 column 2", "{'data': 1}"),
        saw="the body is no JSON: single quotes",
    ),
    fires(
        _fails("ValueError", "X has 3 features, but SVC is expecting 4 features as input.", "{}", "sklearn/base.py"),
        saw="the payload has 3 features, and the model wants 4",
        line=7,
    ),
    fires(_fails("ValueError", "Expected 2D array, got 1D array instead:\narray=[1].", "{}", "sklearn/a.py"), line=7),
    fires(_fails("ValueError", "could not convert string to float: 'red'", "{}", "numpy/a.py"), saw="has `red` where"),
    fires(
        _fails(
            "ValueError",
            "Invalid input data type to parse. Expected: <class 'list'> but got <class 'dict'>",
            '{"rows": {"age": 3}}',
            "inference_schema/schema_util.py",
        ),
        saw="the payload has a dict where the decorator's sample has a list",
    ),
    fires(_fails("TypeError", "string indices must be integers, not 'str'", '"{}"'), saw="JSON inside a JSON string"),
    fires(
        _fails("TypeError", "string indices must be integers, not 'str'", '{"data": {}}'), saw="a text of the payload"
    ),
    fires(
        _fails("ValueError", "If using all scalar values, you must pass an index", "{}", "pandas/a.py"), saw="one row"
    ),
    fires(_fails("ValueError", "All arrays must be of the same length", "{}", "pandas/a.py"), saw="different lengths"),
    fires(_fails("TypeError", "list indices must be integers or slices, not str", "[[1]]"), saw="list of 1"),
    fires(_fails("TypeError", "the JSON object must be str, bytes or bytearray, not dict", "{}"), saw="a dict already"),
    fires(
        _fails("KeyError", "'HTTP_X_TENANT_ID'", "{}", "werkzeug/datastructures/headers.py"),
        saw="the request has no header `X-Tenant-Id`",
    ),
    quiet(_fails("KeyError", "'data'", '{"data": 1}'), name="the payload has the key: another mapping lacks it"),
    quiet(_looks_up("1", '{"data": [1, 3]}'), name="keys of JSON are text: a table lacks the number"),
    quiet(_looks_up("'oslo'", '{"data": ["oslo"]}'), name="a value that was sent is looked up in a table"),
    fires(_looks_up("'city'", '{"data": ["oslo"]}'), saw="the payload has no key `city`"),
    quiet(
        seen(HELD, *started(raised_in(Phase.RUN, "KeyError", "'bias'", at(HELD, '["bias"]'))), body='{"rows": []}'),
        name="a key of what init() loaded",
    ),
    fires(
        seen(HELD, *started(raised_in(Phase.RUN, "KeyError", "'size'", at(HELD, '["size"]'))), body='{"rows": []}'),
        saw="it may be `model` that is meant",
        name="of the body or of what init() loaded",
    ),
    fires(
        seen(NAMED, *started(raised_in(Phase.RUN, "KeyError", "'size'", at(NAMED, '["size"]'))), body='{"rows": []}'),
        saw="the payload has no key `size`",
        name="a table of the body, under names that the script holds",
    ),
    quiet(_fails("ZeroDivisionError", "division by zero", "{}")),
    quiet(
        seen(SCRIPT, raised_in(Phase.INIT, "ValueError", "could not convert string to float: 'a'", USED)),
        name="init() reads no payload",
    ),
    quiet(seen(SCRIPT, *started(), body="{}")),
)
