"""run() returns something that JSON cannot carry.

What it finds
-------------
A numpy array or integer, a data frame, a tensor, a set, bytes, a date, an exception object, a generator or an object of
a class of the script in what run() returns, also inside dicts and lists and through local variables and functions of
the script; and the same given to json.dumps() without a `default`.

Why it breaks
-------------
The server encodes the result with the standard JSON encoder, which knows none of these types. It raises TypeError
after run() has ended, the client gets 500 "An unexpected internal error occurred", and the log says "is not JSON
serializable".

How to fix
----------
Turn the value into lists, numbers and text: `.tolist()`, `.to_dict(orient="records")`, `list(...)`, `str(...)`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`; measured: np.float64 passes (it is a float),
np.int64, np.float32 and np.bool_ do not.
"""

import ast
from collections.abc import Iterator
from itertools import chain

from checks.cases import fires, quiet, script
from checks.check import check
from checks.entry_script.calls import call_name, is_prediction
from checks.entry_script.module import Module
from checks.entry_script.scopes import owner
from checks.entry_script.subject import entry_script
from checks.entry_script.tell import quotes
from checks.entry_script.value_tables import Kind
from checks.entry_script.values import Value, flow, problems
from checks.evidence import Evidence, ModelFile, ModelFolder, Phase, Probe, Returned, Script, SourceTree, Step
from checks.finding import Confidence, Finding, Fix, Safety, Stage

TOLIST = (Kind.ARRAY, Kind.SERIES, Kind.INDEX, Kind.TENSOR)
ITEM = (Kind.NUMPY_INTEGER, Kind.NUMPY_FLOAT, Kind.NUMPY_BOOL)
ITERATES = (Kind.SET, Kind.GENERATOR, Kind.ITERATOR, Kind.VIEW, Kind.DEQUE)
KNOWN_DECORATORS = frozenset({"input_schema", "output_schema", "rawhttp"})
WORDS = {
    Kind.PYFUNC_ANSWER: "convert the prediction: `.tolist()` of an array, `.to_dict(orient='records')` of a data frame",
    Kind.ARRAYS: "turn each array into a list: `[a.tolist() for a in ...]`",
    Kind.INSTANCE: "return the fields: `vars(...)`, `dataclasses.asdict(...)` or `.model_dump()`",
    Kind.FUNCTION: "call the function",
    Kind.TUPLE_KEY: "make the key text",
}


@check(
    "entry-script.result-not-serialisable",
    needs=("tree",),
    stage=Stage.ANSWER,
    explains=("runtime.result-not-serialisable", "runtime.run-raised", "runtime.error-as-answer"),
)
def result_not_serialisable(evidence: Evidence) -> Iterator[Finding]:
    """Follow the values that run() returns."""
    script, module = entry_script(evidence)
    if module.is_batch or isinstance(module.run, ast.AsyncFunctionDef):
        return
    found = flow(module)
    proved = _answers(evidence) or _wrapped(module)
    own = _own_models(evidence)
    returned: Iterator[tuple[Value, ast.Return | ast.Call, str]] = (
        (value, one.at, "run() returns") for one in found.returned for value in problems(one.values)
    )
    dumped: Iterator[tuple[Value, ast.Return | ast.Call, str]] = (
        (value, one.at, "json.dumps() is given") for one in found.dumped for value in problems(one.values)
    )
    told: set[tuple[int, int]] = set()
    for value, at, subject in chain(returned, dumped):
        place = value.place or value.origin
        if (place.lineno, place.col_offset) in told or (proved and not value.sure):
            continue
        guessed = (
            not value.sure and isinstance(value.origin, ast.Call) and is_prediction(call_name(module, value.origin))
        )
        if own and guessed:
            continue
        if subject.startswith("json") and owner(module, at) is None:
            continue
        told.add((place.lineno, place.col_offset))
        yield _finding(script, module, value, at, place, subject)


def _wrapped(module: Module) -> bool:
    """True when a decorator that the checks do not know may turn the result into something else."""
    return any(name.rsplit(".", 1)[-1] not in KNOWN_DECORATORS for name in module.decorators)


def _answers(evidence: Evidence) -> bool:
    """True when the probe saw run() give an answer that could be sent: then a guess about its type was wrong."""
    return isinstance(evidence.probe, Probe) and any(
        step.phase is Phase.RUN and step.outcome == "passed" and step.returned is not None and not step.returned.problem
        for step in evidence.probe.steps
    )


def _own_models(evidence: Evidence) -> bool:
    """True when the model files hold classes of the person's own alone: nobody knows what their predict() answers."""
    if not isinstance(evidence.models, ModelFolder):
        return False
    beside = evidence.source.files if isinstance(evidence.source, SourceTree) else ()
    own = {"__main__", *(file.removesuffix(".py").split("/")[0] for file in beside)}
    packages = {name.split(".")[0] for file in evidence.models.files for name in file.classes}
    return bool(packages) and packages <= own


def _finding(
    script: Script, module: Module, value: Value, at: ast.Return | ast.Call, place: ast.expr, subject: str
) -> Finding:
    inside = isinstance(at, ast.Return) and place is not at.value
    lines = [place, value.origin] if value.origin.lineno != place.lineno else [place]
    return Finding(
        title=f"{subject} {value.kind.value}{' inside its result' if inside else ''}",
        confidence=Confidence.CERTAIN if value.sure else Confidence.LIKELY,
        stage=Stage.ANSWER if isinstance(at, ast.Return) else Stage.RUN,
        evidence=quotes(script, module, [*lines, at]),
        about=tuple(
            dict.fromkeys((f"line:{place.lineno}", f"line:{at.lineno}", f"line:{value.origin.lineno}", "phase:run"))
        ),
        fixes=(_fix(script, module, value, place),),
    )


def _fix(script: Script, module: Module, value: Value, place: ast.expr) -> Fix:
    kind = value.kind
    if kind in WORDS:
        return Fix(title=WORDS[kind])
    if kind in TOLIST:
        before, after, title = "", ".tolist()", "turn it into a list with `.tolist()`"
    elif kind in ITEM:
        before, after, title = "", ".item()", "turn it into a Python number with `.item()`"
    elif kind is Kind.FRAME:
        before, after, title = "", '.to_dict(orient="records")', 'turn it into rows with `.to_dict(orient="records")`'
    elif kind is Kind.BYTES:
        before, after, title = "", ".decode()", "turn it into text with `.decode()`"
    elif kind is Kind.DECIMAL:
        before, after, title = "float(", ")", "turn it into a number with `float(...)`"
    elif kind in ITERATES:
        before, after, title = "list(", ")", "turn it into a list with `list(...)`"
    else:
        before, after, title = "str(", ")", "turn it into text with `str(...)`"
    if not before and not isinstance(place, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)):
        before, after = "(", f"){after}"
    edits = (
        *(
            (module.insert(script.path, place.lineno, before, module.column(place.lineno, place.col_offset)),)
            if before
            else ()
        ),
        module.insert(
            script.path,
            place.end_lineno or place.lineno,
            after,
            module.column(place.end_lineno or place.lineno, place.end_col_offset or 0),
        ),
    )
    safe = value.sure and kind in {Kind.ARRAY, Kind.SERIES, Kind.FRAME, Kind.TENSOR}
    return Fix(title=title, safety=Safety.SAFE if safe else Safety.REVIEW, edits=edits)


_HEAD = "import json, joblib, numpy as np, pandas as pd\ndef init():\n    global model\n    model = joblib.load('m')\n"
_RUN = "def run(data):\n"


def _probed(text: str) -> Evidence:
    return script(
        text,
        probe=Probe(
            interpreter="python",
            python="3.11",
            steps=(Step(phase=Phase.RUN, outcome="passed", returned=Returned(type="list", text="[1]")),),
        ),
    )


def _holds(text: str, *classes: str) -> Evidence:
    return script(text, models=ModelFolder(path="m", files=(ModelFile(path="m.pkl", size=9, classes=classes),)))


CASES = (
    fires(
        _HEAD + _RUN + "    return model.predict(json.loads(data))\n",
        saw="a numpy array",
        line=6,
        fixed=_HEAD + _RUN + "    return model.predict(json.loads(data)).tolist()\n",
    ),
    fires(
        _HEAD + _RUN + "    scores = model.predict_proba(data)\n    best = scores[:, 1]\n    result = {'score': best}\n"
        "    return result\n",
        saw="inside its result",
        line=8,
        fixed=_HEAD + _RUN + "    scores = model.predict_proba(data)\n    best = scores[:, 1]\n"
        "    result = {'score': best.tolist()}\n    return result\n",
    ),
    fires(
        _HEAD + _RUN + "    return np.array(json.loads(data)) * 2\n",
        fixed=_HEAD + _RUN + "    return (np.array(json.loads(data)) * 2).tolist()\n",
    ),
    fires(
        _HEAD + _RUN + "    frame = pd.DataFrame(json.loads(data))\n    return frame.head()\n",
        fixed=_HEAD
        + _RUN
        + '    frame = pd.DataFrame(json.loads(data))\n    return frame.head().to_dict(orient="records")\n',
    ),
    fires(_HEAD + _RUN + "    return {1, 2}\n", fixed=_HEAD + _RUN + "    return list({1, 2})\n"),
    fires(_HEAD + _RUN + "    return data.encode() if data else b''\n", saw="bytes"),
    fires(
        _HEAD
        + _RUN
        + "    try:\n        return [1]\n    except Exception as error:\n        return {'error': error}\n",
        saw="exception object",
        fixed=_HEAD
        + _RUN
        + "    try:\n        return [1]\n    except Exception as error:\n        return {'error': str(error)}\n",
    ),
    fires(_HEAD + "def score(rows):\n    return model.predict(rows)\n" + _RUN + "    return score(json.loads(data))\n"),
    fires(
        _HEAD + _RUN + "    out = []\n    for row in data:\n        out.append(np.argmax(row))\n    return out\n",
        saw="integer",
    ),
    fires(_HEAD + _RUN + "    return json.dumps({'p': np.zeros(3)})\n", saw="json.dumps() is given"),
    fires("import datetime\n" + _RUN + "    return {'at': datetime.datetime.now(), 'data': data}\n", saw="date"),
    fires("class Answer:\n    pass\n" + _RUN + "    return Answer()\n", saw="an object of a class"),
    fires(_HEAD + _RUN + "    return (x * 2 for x in json.loads(data))\n", saw="generator"),
    fires(_HEAD + _RUN + "    return {'a': map(str, data), 'b': {}.keys()}\n", findings=2),
    fires(
        "import onnxruntime\ndef init():\n    global s\n    s = onnxruntime.InferenceSession('m')\n"
        + _RUN
        + "    return s.run(None, {})[0]\n",
        saw="numpy array",
    ),
    quiet(_holds(_HEAD + _RUN + "    return model.predict(data)\n", "__main__.Rules"), name="class-of-its-own"),
    fires(_holds(_HEAD + _RUN + "    return model.predict(data)\n", "__main__.Rules", "sklearn.svm._classes.SVC")),
    quiet(
        "from mine import jsonable\n" + _HEAD + "@jsonable\n" + _RUN + "    return model.predict(data)\n",
        name="decorated",
    ),
    quiet(_HEAD + _RUN + "    return model.predict(data).tolist()\n"),
    quiet(_HEAD + _RUN + "    p = model.predict(data)\n    p = p.tolist()\n    return {'p': p, 'n': len(p)}\n"),
    quiet(_HEAD + _RUN + "    p = model.predict(data)\n    return json.dumps(p, default=str)\n"),
    quiet(
        _HEAD
        + _RUN
        + "    return {'p': float(model.predict(data)[0]), 'k': int(np.argmax(data)), 's': str(np.zeros(2))}\n"
    ),
    quiet(_HEAD + _RUN + "    return [float(x) for x in model.predict(data)]\n"),
    quiet(
        _HEAD
        + _RUN
        + "    p = model.predict(data)\n    if isinstance(p, np.ndarray):\n        p = p.tolist()\n    return p\n"
    ),
    quiet(_HEAD + _RUN + "    p = model.predict(data)\n    return p.tolist() if hasattr(p, 'tolist') else p\n"),
    quiet(
        "from azureml.contrib.services.aml_response import AMLResponse\n" + _RUN + "    return AMLResponse(b'x', 200)\n"
    ),
    quiet(
        "from mine import Model\nmodel = Model()\n" + _RUN + "    return model.predict(data)\n",
        name="a model of one's own",
    ),
    quiet(_HEAD + "def run(mini_batch):\n    return pd.DataFrame({'a': [1]})\n", name="batch"),
    quiet(
        _HEAD
        + _RUN
        + "    frame = pd.DataFrame(data)\n    frame['p'] = model.predict(frame)\n    return frame.to_dict('records')\n"
    ),
    quiet(_HEAD + _RUN + "    return np.mean(data), np.float64(1), pd.DataFrame(data)['a'].tolist()\n"),
    quiet(
        _HEAD
        + _RUN
        + "    return sorted({1, 2}), list(map(str, data)), dict(zip('a', 'b')), ''.join(x for x in data)\n"
    ),
    quiet(_probed(_HEAD + _RUN + "    return model.predict(data)\n"), name="the probe saw an answer"),
    quiet("class Answer(dict):\n    pass\n" + _RUN + "    return Answer(a=1)\n"),
    quiet(_HEAD + _RUN + "    seen = set(data)\n    return {'n': len(seen), 'known': 'a' in seen}\n"),
    quiet(
        _HEAD + _RUN + "    p = model.predict(data)\n    result = {}\n    result['p'] = p.tolist()\n    return result\n"
    ),
)
