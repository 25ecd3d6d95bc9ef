"""The analyses that checks of the entry script share: scopes, reach, paths, values, versions, secrets."""

import ast
import time

import pytest

from checks.cases import script
from checks.entry_script.module import Module, parse
from checks.entry_script.names import kept_local, undefined
from checks.entry_script.paths import Base, path_uses, written
from checks.entry_script.reach import is_straight, reach
from checks.entry_script.scopes import scopes
from checks.entry_script.secret_in_source import secret_in_source
from checks.entry_script.secrets import masked, secret_in
from checks.entry_script.value_tables import Kind
from checks.entry_script.values import flow
from checks.entry_script.versions import State, removal_state
from checks.evidence import EnvironmentFile, Evidence, Installed, Requirement


def call_to(module: Module, name: str) -> ast.Call:
    return next(c for c in module.all(ast.Call) if isinstance(c.func, ast.Name) and c.func.id == name)


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        ("target()\n", ("import",)),
        ("def init():\n    target()\n", ("init",)),
        ("def init():\n    a()\ndef a():\n    b()\ndef b():\n    target()\n", ("init",)),
        ("def run(data):\n    return [a(x) for x in data]\ndef a(x):\n    target()\n", ("run",)),
        ("class A:\n    def __init__(self):\n        target()\nx = A()\n", ("import",)),
        ("class A:\n    def go(self):\n        target()\ndef init():\n    A().go()\n", ("init",)),
        ("class A:\n    def go(self):\n        target()\nrun = A().go\n", ("import", "run")),
        ("def a():\n    target()\n", ()),
        ("if __name__ == '__main__':\n    target()\n", ()),
        ("def a():\n    target()\nif __name__ == '__main__':\n    a()\n", ()),
        ("def d(f):\n    target()\n    return f\n@d\ndef run(data): ...\n", ("import",)),
        ("def init():\n    def a():\n        target()\n    a()\n", ("init",)),
        ("def init():\n    start(work)\ndef work():\n    target()\ndef start(f): ...\n", ("init",)),
    ],
)
def test_reach(text: str, phases: tuple[str, ...]) -> None:
    module = Module(text)
    assert reach(module).phases(call_to(module, "target")) == phases


def test_a_callback_is_mentioned_but_not_called() -> None:
    module = Module(
        "import threading\ndef work():\n    target()\ndef init():\n    threading.Thread(target=work).start()\n"
    )
    assert reach(module).phases(call_to(module, "target")) == ("init",)
    assert reach(module).called_in(call_to(module, "target")) == ()


@pytest.mark.parametrize(
    ("text", "straight"),
    [
        ("def run(d):\n    target()\n", True),
        ("def run(d):\n    try:\n        target()\n    except E: ...\n", True),
        ("def run(d):\n    with a:\n        target()\n", True),
        ("def run(d):\n    if target(): ...\n", True),
        ("def run(d):\n    if d:\n        target()\n", False),
        ("def run(d):\n    for x in target(): ...\n", True),
        ("def run(d):\n    for x in d:\n        target()\n", False),
        ("def run(d):\n    return d and target()\n", False),
        ("def run(d):\n    return lambda: target()\n", False),
    ],
)
def test_straight(text: str, straight: bool) -> None:
    module = Module(text)
    assert is_straight(module, call_to(module, "target")) is straight


def test_scopes_know_what_binds_a_name() -> None:
    module = Module(
        "g = 1\ndef f(p, *a, k=1, **kw):\n    global made\n    made = 1\n    import os.path as path\n"
        "    for i in p: ...\n"
        "    with p as w: ...\n    [c for c in p]\n    if (walrus := 1): ...\n    try: ...\n    except E as e: ...\n"
        "    def inner():\n        nonlocal i\n        i = 2\n"
    )
    known = scopes(module)
    function = module.functions["f"]
    local = {"p", "a", "k", "kw", "path", "i", "w", "walrus", "e", "inner"}
    assert set(known.bound[function]) == local
    assert set(known.bound[None]) == {"g", "f", "made"}


@pytest.mark.parametrize(
    ("expression", "base", "text", "complete"),
    [
        ("'a/b.pkl'", Base.TEXT, "a/b.pkl", True),
        ("os.path.join(os.getenv('AZUREML_MODEL_DIR'), 'a', 'b.pkl')", Base.MODEL, "a/b.pkl", True),
        ("os.environ['AZUREML_MODEL_DIR'] + '/b.pkl'", Base.MODEL, "/b.pkl", True),
        ("Path(os.environ['AZUREML_MODEL_DIR']) / 'b.pkl'", Base.MODEL, "b.pkl", True),
        ("f'{ROOT}/b.pkl'", Base.MODEL, "/b.pkl", True),
        ("f'{name}.pkl'", Base.OTHER, "", False),
        ("os.path.join(os.path.dirname(__file__), 'x')", Base.CODE, "x", True),
        ("Path(__file__).resolve().parent / 'x'", Base.CODE, "x", True),
        ("os.getcwd() + '/x'", Base.CWD, "/x", True),
        ("os.path.join('a', name)", Base.TEXT, "a", False),
        ("os.path.join('a', '/b')", Base.TEXT, "/b", True),
        ("Model.get_model_path('m')", Base.REGISTRY, "", True),
        ("os.getenv('AZUREML_MODEL_DIR') or 'model'", Base.MODEL, "", True),
        ("os.path.join(*parts)", Base.OTHER, "", False),
        ("BOTH", Base.OTHER, "", False),
    ],
)
def test_paths(expression: str, base: Base, text: str, complete: bool) -> None:
    head = (
        "import os\nfrom pathlib import Path\nfrom azureml.core.model import Model\n"
        "ROOT = os.getenv('AZUREML_MODEL_DIR')\nBOTH = 'a'\nBOTH = 'b'\n"
    )
    module = Module(f"{head}open({expression})\n")
    path = path_uses(module)[-1].path
    assert (path.base, path.text, path.complete) == (base, text, complete)


def test_a_path_that_names_itself_ends() -> None:
    module = Module("path = path + 'a'\nopen(path)\n")
    assert not written(module, call_to(module, "open").args[0]).complete


def kinds(body: str) -> set[Kind]:
    head = "import numpy as np, pandas as pd, joblib\nmodel = joblib.load('m')\ndef run(data):\n"
    found = flow(Module(head + "".join(f"    {line}\n" for line in body.split("\n"))))
    return {v.kind for one in found.returned for v in one.values if v.kind.problem}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return np.zeros(3).T[1:].round(2)", {Kind.ARRAY}),
        ("return -np.zeros(3) > 2", {Kind.ARRAY}),
        ("a, b = np.zeros(1), 2\nreturn {'a': a, 'b': b}", {Kind.ARRAY}),
        ("x = np.zeros(1)\nx = 3\nreturn x", set()),
        ("if data:\n    x = 1\nelse:\n    x = {1}\nreturn x", {Kind.SET}),
        ("x = {1}\nfor y in data:\n    x = 1\nreturn x", {Kind.SET}),
        ("try:\n    x = 1\nexcept Exception as e:\n    x = e\nreturn x", {Kind.EXCEPTION}),
        ("return model.predict_proba(data)[0]", {Kind.ARRAY}),
        ("return model.predict_proba(data)[0][1]", set()),
        ("return [row for row in model.predict_proba(data)]", {Kind.ARRAY}),
        ("return [[x for x in row] for row in model.predict_proba(data)]", set()),
        ("return pd.DataFrame(data).values", {Kind.ARRAY}),
        ("return pd.DataFrame(data)['a'].map(str)", {Kind.SERIES}),
        ("return dict(a=np.zeros(1))", {Kind.ARRAY}),
        ("return {**{'a': {1}}, 'b': 2}", {Kind.SET}),
        ("out = {}\nout['a'] = {1}\nout.update({'b': b''})\nreturn out", {Kind.SET, Kind.BYTES}),
        ("return lambda: 1", {Kind.FUNCTION}),
        ("return {(1, 2): 3}", {Kind.TUPLE_KEY}),
        ("while True:\n    x = {1}\n    break\nreturn x", {Kind.SET}),
        ("return (lambda s: s)(1)", set()),
        ("return data.predict(1), data.keys(), data.values()", set()),
    ],
)
def test_values(body: str, expected: set[Kind]) -> None:
    assert kinds(body) == expected


@pytest.mark.parametrize(
    "text",
    [
        "def run(d):\n    return d" + ".a()" * 90 + "\n",
        "def run(d):\n    return " + "+".join(["d"] * 800) + "\n",
        "\n".join(f"def f{i}(x):\n    return [f{i + 1}(x), f{i + 1}(x)]" for i in range(60))
        + "\ndef run(d): return f0(d)\n",
        "def run(d):\n    return run(d) + other(d)\ndef other(d):\n    return run(d)\n",
        "def run(d):\n" + "".join(f"    if d == {i}:\n        x{i} = [d]\n" for i in range(800)) + "    return d\n",
    ],
    ids=["chain", "sum", "fan-out", "recursion", "branches"],
)
def test_a_hostile_script_is_given_up_in_time(text: str) -> None:
    began = time.process_time()
    flow(Module(text))
    assert time.process_time() - began < 2


def pinned(specifier: str, exact: str | None = None) -> Evidence:
    asked = Requirement(
        name="numpy", specifier=specifier, channel="conda", line=1, text=f"numpy{specifier}", exact=exact
    )
    environment = EnvironmentFile(path="conda.yaml", kind="conda", requirements=(asked,), python="3.8")
    return script("def run(data): ...\n", environment=environment)


@pytest.mark.parametrize(
    ("specifier", "exact", "state"),
    [
        ("==1.19.5", "1.19.5", State.THERE),
        ("==1.24.0", "1.24.0", State.GONE),
        ("==1.26.4", "1.26.4", State.GONE),
        ("=1.19", None, State.THERE),
        ("=1.24", None, State.GONE),
        ("1.19.*", None, State.THERE),
        ("<1.24", None, State.THERE),
        (">=1.19,<1.23", None, State.THERE),
        (">=1.19", None, State.GONE),
        ("~=1.21.0", None, State.THERE),
        ("~=1.21", None, State.GONE),
        ("", None, State.GONE),
        ("what?", None, State.UNKNOWN),
    ],
)
def test_removal_state(specifier: str, exact: str | None, state: State) -> None:
    assert removal_state(pinned(specifier, exact), "numpy", "1.24")[0] is state


def test_removal_state_without_a_file() -> None:
    bare = script("def run(data): ...\n")
    assert removal_state(bare, "numpy", "1.24")[0] is State.UNKNOWN
    assert removal_state(bare, "numpy", "1.24", "2.0")[0] is State.THERE
    here = bare.replace(installed=Installed(distributions={"numpy": "1.20.0"}))
    assert removal_state(here, "numpy", "1.24") == (State.THERE, "numpy 1.20.0 is installed here")
    assert removal_state(pinned(""), "python", "3.12")[0] is State.THERE
    assert removal_state(bare, "workbench", "")[0] is State.GONE


def test_names_are_told_once() -> None:
    text = "def init():\n    model = 1\ndef run(data):\n    global other\n    return model, other, np.array(data)\n"
    module = parse(text)
    assert [k.name for k in kept_local(module)] == ["model"]
    assert sorted(u.name for u in undefined(module)) == ["np", "other"]


SECRET = "Zx8" + "kPq72LmVb4" + "Nt1Ks6Dw3Qh"


@pytest.mark.parametrize(
    "text",
    [
        f"KEY = '{SECRET}'\napi_key = KEY\n",
        f"api_key = '{SECRET}'\n",
        f"client = connect(\n    'x', password='{SECRET}')\n",
        f"CONNECTION = 'Server=a;Password={SECRET};Database=b'\n",
        f"TEXT = '''\nAccountKey={SECRET}{SECRET}==\n'''\n",
        f"url = 'https://u:{SECRET}@host/a'  # {SECRET}\n",
    ],
)
def test_a_secret_is_never_shown(text: str) -> None:
    for finding in secret_in_source.run(script(text + "def run(data): ...\n")):
        assert SECRET not in str(finding)


def test_secrets() -> None:
    assert secret_in(SECRET, "api_key") is not None
    assert secret_in(SECRET, "model_hash") is None
    assert secret_in("hunter22", "password") is not None
    assert secret_in("database-password", "secret_name") is None
    assert masked("a = 'b1'", "b1") == "a = '****'"
