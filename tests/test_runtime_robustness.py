"""Whatever a rehearsal may have recorded, the runtime checks do not crash, keep to the wording, and name one cause."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.cases import script
from checks.evidence import (
    Asked,
    Evidence,
    Exit,
    Frame,
    Installed,
    Missing,
    ModelFile,
    ModelFolder,
    Opened,
    Phase,
    Probe,
    Raised,
    Returned,
    Sample,
    Samples,
    Step,
)
from checks.finding import Finding, Severity
from checks.outcome import Crashed, Found, run_check
from checks.rank import rank
from checks.runtime.family import CHECKS
from checks.runtime.headlines import by_headline
from checks.runtime.reading import READERS

SCRIPTS = (
    "import os, json\nmodel = None\n\ndef init():\n    model = 1\n\ndef run(data):\n    return model.predict(data)\n",
    'import pickle\n\ndef init():\n    """Load."""\n    open("model.pkl")\n\n@wrap\ndef run(data, b):\n    return {}',
    "def broken(:\n",
    "",
    "def run(data):\n    if data: return [1]\r\n",
)
KINDS = (
    "KeyError", "ValueError", "TypeError", "AttributeError", "ImportError", "ModuleNotFoundError", "FileNotFoundError",
    "OSError", "RuntimeError", "NameError", "UnboundLocalError", "MemoryError", "SystemExit", "UnpicklingError", "Odd",
    "SyntaxError", "JSONDecodeError", "RecursionError", "TimeoutError", "IsADirectoryError", "PermissionError",
)  # fmt: skip
MESSAGES = (
    "", "'data'", "data", "None", "[Errno 2] No such file or directory: 'model.pkl'", "No module named 'a.b.c'",
    "No module named 'sklearn.x'; 'sklearn' is not a package", "cannot import name 'x' from 'json' (unknown location)",
    "'NoneType' object has no attribute 'predict'", "module 'numpy' has no attribute 'float'", "Is it? Yes.",
    "name 'np' is not defined", "invalid load key, 'v'.", "X has 3 features, but SVC is expecting 4 features as input.",
    "a\nb\nc\nd\ne",
    "x" * 3000, "expected str, bytes or os.PathLike object, not NoneType", "CUDA out of memory", "\x00\ud83d", "'",
    "could not convert string to float: ''", "Expected 2D array, got 1D array instead:\narray=[1.].", "line 1 column 2",
    "run() missing 1 required positional argument: 'b'", "Can't get attribute 'A' on <module '__main__'>", "[Errno 13]",
    "[Errno 30] Read-only file system: '/x/y'", "libGL.so.1: cannot open shared object file", "Unknown layer: A",
    "name", "'a' object has no attribute 'b'", "string indices must be integers", "Weights only load failed",
)  # fmt: skip

messages = st.one_of(st.sampled_from(MESSAGES), st.text(max_size=40))
frames = st.lists(
    st.builds(
        Frame,
        path=st.sampled_from(
            ["score.py", "/w/score.py", "helpers.py", "/l/site-packages/sklearn/a.py", "/l/os.py", ""]
        ),
        line=st.integers(0, 12),
        function=st.sampled_from(["init", "run", "<module>", "x"]),
        code=st.sampled_from(
            ["", "model.predict(data)", 'open("model.pkl")', "raise X", "pickle.load(f)", "a['data']"]
        ),
        own=st.booleans(),
    ),
    max_size=4,
).map(tuple)
details = st.dictionaries(
    st.sampled_from(["name", "filename", "errno", "lineno", "text", "key"]),
    st.one_of(st.none(), st.integers(0, 40), st.sampled_from(["model.pkl", "a.b", "", "/x/y"])),
    max_size=3,
)
plain = st.builds(
    Raised, type=st.sampled_from(KINDS), message=messages, frames=frames, detail=details, explicit_cause=st.booleans()
)
raised = st.builds(
    Raised,
    type=st.sampled_from(KINDS),
    message=messages,
    frames=frames,
    detail=details,
    explicit_cause=st.booleans(),
    cause=st.one_of(st.none(), plain),
)
returned = st.builds(
    Returned,
    type=st.sampled_from(["dict", "ndarray", "NoneType", "str", "Odd"]),
    text=st.one_of(st.none(), st.sampled_from(['{"a": 1}', "\"KeyError: 'a'\"", "[NaN]", "{", '{"error": "x"}', ""])),
    problem=st.one_of(st.none(), st.just("TypeError: Object of type ndarray is not JSON serializable")),
    problem_path=st.one_of(
        st.none(), st.sampled_from(["result", "result['a']", "result['a'][0]", "result (key (1,))"])
    ),
    problem_type=st.one_of(st.none(), st.sampled_from(["ndarray", "Odd", "coroutine"])),
    status=st.one_of(st.none(), st.sampled_from([200, 400, 503])),
    digest=st.one_of(st.none(), st.sampled_from(["a", "b"])),
    not_finite=st.one_of(st.none(), st.just("result[0]")),
)
phases = st.sampled_from(list(Phase))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    outcome = draw(st.sampled_from(["passed", "raised", "rejected", "timeout", "died", "skipped"]))
    return Step(
        phase=draw(phases),
        outcome=outcome,
        sample=draw(st.sampled_from([None, "sample.json"])),
        seconds=draw(st.sampled_from([0.0, 6.0, 90.0, 400.0])),
        raised=draw(raised) if outcome == "raised" else None,
        returned=draw(returned) if outcome == "passed" else None,
        status=400 if outcome == "rejected" else None,
        message=draw(st.one_of(st.none(), messages)),
        stack=draw(frames),
    )


exits = st.builds(
    Exit,
    reason=st.sampled_from(["timeout", "memory", "signal", "exited", "lost"]),
    phase=phases,
    code=st.one_of(st.none(), st.integers(0, 9)),
    signal=st.one_of(st.none(), st.sampled_from(["SIGSEGV", "SIGKILL", "SIGODD"])),
    call=st.one_of(st.none(), st.just("os._exit(0)")),
    seconds=st.one_of(st.none(), st.just(60.0)),
    memory_limit=st.one_of(st.none(), st.just(10**9)),
    stack=frames,
)
opened = st.builds(
    Opened,
    path=st.sampled_from(
        ["/home/me/model.pkl", "models/model.pkl", "a.log", "/root/.cache/huggingface/x", "/etc/hosts"]
    ),
    mode=st.sampled_from(["read", "write"]),
    place=st.sampled_from(["code", "model", "temporary", "environment", "system", "elsewhere"]),
    phase=phases,
    at=st.one_of(st.none(), frames.filter(bool).map(lambda f: f[0])),
    found=st.booleans(),
)
asked = st.builds(
    Asked,
    name=st.sampled_from(["AZUREML_MODEL_DIR", "data", "HOME_X"]),
    set=st.booleans(),
    phase=phases,
    strict=st.booleans(),
    at=st.one_of(st.none(), frames.filter(bool).map(lambda f: f[0])),
)
models = st.one_of(
    st.just(Missing(reason="no model folder was given")),
    st.lists(
        st.builds(
            ModelFile,
            path=st.sampled_from(["model.pkl", "sub/model.pkl", "net.onnx", "x"]),
            size=st.just(9),
            format=st.sampled_from(["pickle", "git-lfs pointer", "empty", "torch"]),
            classes=st.sampled_from([(), ("sklearn.a",)]),
        ),
        max_size=3,
    ).map(lambda files: ModelFolder(path="models", files=tuple(files))),
)


@st.composite
def rehearsals(draw: st.DrawFn, several: bool = True) -> Evidence:
    text = draw(st.sampled_from(SCRIPTS))
    probe = Probe(
        interpreter="/usr/bin/python3",
        python="3.11.7",
        steps=tuple(draw(st.lists(steps(), max_size=4))),
        exit=draw(st.one_of(st.none(), exits)) if several else None,
        opened=tuple(draw(st.lists(opened, max_size=3))),
        asked=tuple(draw(st.lists(asked, max_size=2))),
        warnings=("InconsistentVersionWarning: Trying to unpickle estimator A from version 1 when using version 2.",),
    )
    samples = Samples(
        items=(Sample(source="sample.json", text=draw(st.sampled_from(['{"Data": 1}', "x", ""])), size=9),)
    )
    evidence = script(text, beside=("helpers.py", "json.py")).replace(probe=probe, models=draw(models))
    if draw(st.booleans()):
        evidence = evidence.replace(samples=samples, installed=Installed(distributions={"numpy": "2.1"}))
    return evidence.replace(script=Missing(reason="gone")) if draw(st.booleans()) else evidence


def judge(evidence: Evidence) -> list[Finding]:
    findings: list[Finding] = []
    for check in CHECKS:
        outcome = run_check(check, evidence)
        assert not isinstance(outcome, Crashed), outcome.trace
        findings += outcome.findings if isinstance(outcome, Found) else ()
    return findings


@settings(max_examples=150, deadline=None)
@given(rehearsals())
def test_no_record_crashes_a_check_or_spoils_the_wording(evidence: Evidence) -> None:
    for finding in judge(evidence):
        assert 5 <= len(finding.title) <= 90, finding.title
        assert "\n" not in finding.title
        assert finding.title.encode("utf-8")
        assert all(quote.text.encode("utf-8") for quote in finding.evidence)
        assert not finding.title.endswith((".", "?")), finding.title
        assert finding.evidence
        assert all(quote.text.count("\n") <= 3 for quote in finding.evidence)
        assert bool(finding.fixes) != bool(finding.no_fix), finding.id
        assert all(fix.title and not fix.title.endswith(".") for fix in finding.fixes)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([Phase.IMPORT, Phase.INIT, Phase.RUN]), raised, models, st.sampled_from(SCRIPTS))
def test_one_exception_has_one_cause(phase: Phase, error: Raised, folder: ModelFolder | Missing, text: str) -> None:
    step = Step(phase=phase, outcome="raised", raised=error, sample="sample.json")
    probe = Probe(interpreter="python3", python="3.11.7", steps=(step,))
    findings = judge(script(text, beside=("json.py",)).replace(probe=probe, models=folder))
    ranking = rank(findings)
    assert len([f for f in findings if f.gravity is Severity.ERROR]) <= 2, [f.id for f in findings]
    assert len(ranking.causes) + len([f for f in findings if f.gravity is Severity.WARNING]) == 1, [
        f.id for f in findings
    ]


def test_every_reading_has_its_check() -> None:
    known = {check.id for check in CHECKS}
    import inspect

    from checks.runtime import headlines, reading

    named = set(re.findall(r"\"(runtime\.[a-z-]+)\"", inspect.getsource(reading) + inspect.getsource(headlines)))
    assert named <= known, named - known
    assert READERS


def test_every_check_explains_ids_that_exist() -> None:
    known = {check.id for check in CHECKS}
    for check in CHECKS:
        assert {id_ for id_ in check.explains if id_.startswith("runtime.")} <= known, check.id


@pytest.mark.parametrize(
    "headline",
    [
        "ValueError: the model said: no", "KeyError: 'CUDA'", "RuntimeError: layer unknown", "OSError: [Errno 5] Input",
        "ValueError: memory of the customer is short", "TypeError: unhashable type: 'list'", "KeyError: 'key'",
    ],
)  # fmt: skip
def test_headlines_of_ones_own_are_nobody_elses(headline: str) -> None:
    assert by_headline(headline) is None
