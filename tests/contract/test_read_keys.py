"""What run() reads of its body, in the forms in which people write it, and never more than the code says."""

from pathlib import Path

import pytest

from checks.contract.read_keys import ReadBody, read_body
from checks.entry_script.module import Module

ROOT = Path(__file__).parents[2]


def body(text: str, head: str = "") -> ReadBody:
    made = f"import json, base64\nimport numpy as np\nimport pandas as pd\nfrom operator import itemgetter\n{head}\n"
    lines = "\n".join(f"    {line}" for line in text.split("\n"))
    found = read_body(Module(f"{made}def init(): ...\ndef run(raw):\n{lines}\n"))
    assert found is not None
    return found


def keys(found: ReadBody) -> str:
    """`data! data/*/age? `: what must be there, and what may."""
    return " ".join(f"{'/'.join(one.path)}{'!' if one.required else '?'}" for one in found.keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('return json.loads(raw)["data"]', "data!"),
        ('data = json.loads(raw)\nreturn model.predict(data["x"])', "x!"),
        ('data = json.loads(raw)\nreturn data.get("x")', "x?"),
        ('data = json.loads(raw)\nreturn data.get("x", 3), data["y"]', "x? y!"),
        ('data = json.loads(raw)\nreturn [row["age"] for row in data["rows"]]', "rows! rows/*/age!"),
        ('for row in json.loads(raw)["rows"]:\n    use(row["age"], row.get("n"))', "rows! rows/*/age! rows/*/n?"),
        ('return json.loads(raw)["a"]["b"]["c"]', "a! a/b! a/b/c!"),
        ('if (d := json.loads(raw)):\n    pass\nreturn d["k"]', "k!"),
        ('d = json.loads(raw)\na, b = d["a"], d["b"]', "a! b!"),
        ('d = json.loads(raw)\nreturn d.pop("a"), d.pop("b", 1)', "a! b?"),
        ('return itemgetter("a", "b")(json.loads(raw))', "a! b!"),
        ('d = json.loads(raw)\nif "a" in d:\n    return d["a"]\nreturn d["b"]', "a? b?"),
        ('d = json.loads(raw)\nif "a" not in d:\n    raise ValueError("no a")\nreturn d["a"]', "a!"),
        ('d = json.loads(raw)\nif "a" not in d:\n    d["a"] = 3\nreturn d["a"]', "a?"),
        ('try:\n    return json.loads(raw)["a"]\nexcept Exception as e:\n    return str(e)', "a!"),
        ('d = json.loads(raw)\ntry:\n    x = d["a"]\nexcept KeyError:\n    x = d["b"]\nreturn x', "a? b?"),
        ('d = json.loads(raw)\ntry:\n    x = d["a"]\nexcept KeyError:\n    x = 0\nreturn x', "a?"),
        ('d = json.loads(raw)\nreturn d.get("a") or d["b"]', "a? b?"),
        ('d = json.loads(raw)\nreturn [d[name] for name in NAMES]', "age! size!"),
        ('d = json.loads(raw)\nfor n in ["u", "v"]:\n    use(d[n])', "u! v!"),
        ('df = pd.DataFrame(json.loads(raw)["data"])\nreturn model.predict(df[["a", "b"]])',
         "data! data/*/a! data/*/b!"),
        ('df = pd.DataFrame(json.loads(raw)["data"])[NAMES]\nreturn model.predict(df)',
         "data! data/*/age! data/*/size!"),
        ('return model.predict(pd.read_json(raw)[["a"]])', "*/a!"),
        ('return model.predict(pd.read_json(raw, orient="split"))', "columns! data!"),
        ('return model.predict(np.array(json.loads(raw)["data"]))', "data!"),
        ('return helper(json.loads(raw))', "h!"),
        ('return parse(raw)["x"]', "in! in/x!"),
        ('return score(**json.loads(raw))', "age! city?"),
        ('return Person(**json.loads(raw))', "name! size?"),
        ('d = json.loads(raw)\nlog.info(d)\nprint(json.dumps(d))\nreturn d["a"]', "a!"),
        ('if isinstance(raw, str):\n    raw = json.loads(raw)\nreturn raw["a"]', "a!"),
        ('d = json.loads(raw)["data"]\nreturn d[0]["x"]', "data! data/*/x!"),
        ('return [r["x"] for r in json.loads(raw)]', "*/x!"),
        ('d = json.loads(raw)\nd = d["data"]\nreturn d["y"]', "data! data/y!"),
        ('d = json.loads(raw)\nd["made"] = 1\nreturn d["made"]', "made?"),
        ('KEY = "data"\nreturn json.loads(raw)[KEY]', "data!"),
        ('return json.loads(raw)[WRAPPER]', "inputs!"),
    ],
)  # fmt: skip
def test_keys(text: str, expected: str) -> None:
    head = (
        'NAMES = ["age", "size"]\nWRAPPER = "inputs"\n'
        'def helper(given):\n    return given["h"]\ndef parse(text):\n    return json.loads(text)["in"]\n'
        "def score(age, city=None):\n    return age\n"
        "class Person(BaseModel):\n    name: str\n    size: int = 3\n"
    )
    found = body(text, head)
    assert keys(found) == expected
    assert found.parsed


@pytest.mark.parametrize(
    ("text", "form", "whole"),
    [
        ('return json.loads(raw)["data"]', "object", True),
        ('return [r["x"] for r in json.loads(raw)]', "list", True),
        ("return model.predict(np.array(json.loads(raw)))", "list", True),
        ("d = json.loads(raw)\nreturn unknown(d)", None, False),
        ('d = json.loads(raw)\nreturn unknown(d), d["a"]', "object", False),
        ('d = json.loads(raw)\nreturn d["a"], {**d}', "object", False),
        ('d = json.loads(raw)\nreturn [d[k] for k in keys], d["a"]', "object", False),
        ("return model.predict(pd.DataFrame(json.loads(raw)))", None, False),
        ("return json.loads(json.loads(raw))", None, False),
        ('d = json.loads(raw)\nif isinstance(d, list):\n    d = d[0]\nreturn d["a"]', None, True),
        ("return Request.parse_raw(raw)", None, False),
        ("for k, v in json.loads(raw).items():\n    use(k)", "object", False),
        ('return model.predict(pd.read_json(raw, orient="records"))', "list", False),
        ('d = json.loads(raw)\nreturn f"{d}", d["a"]', "object", True),
    ],
)
def test_form_and_whole(text: str, form: str | None, whole: bool) -> None:
    found = body(text)
    assert (found.form, found.whole) == (form, whole)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("np.array(V)", "rows"),
        ("pd.DataFrame(V)", "rows"),
        ("model.predict(V)", "rows"),
        ("base64.b64decode(V)", "base64"),
        ("float(V)", "number"),
        ("V.lower()", "text"),
        ("[x for x in V]", "list"),
        ('V["k"]', "object"),
        ("something(V)", None),
    ],
)
def test_shape(text: str, shape: str | None) -> None:
    found = body("return " + text.replace("V", 'json.loads(raw)["d"]'))
    assert found.keys[0].shape == shape


def test_the_line_and_how_sure() -> None:
    found = body('df = pd.DataFrame(json.loads(raw)["data"])\nreturn df["a"]')
    assert [(one.line, one.confidence) for one in found.keys] == [(8, "likely"), (9, "possible")]


@pytest.mark.parametrize(
    "text",
    [
        "def run(mini_batch):\n    return [1]\n",
        "@input_schema('d', x)\ndef run(d):\n    return d['a']\n",
        "x = 1\n",
        "def (",
    ],
)
def test_other_kinds_of_scripts(text: str) -> None:
    assert read_body(Module(text)) is None


def test_a_body_that_is_never_parsed() -> None:
    found = read_body(Module("def run(raw):\n    return len(raw)\n"))
    assert found is not None
    assert (found.parsed, found.keys, found.whole) == (False, (), False)


@pytest.mark.parametrize("folder", ["tests/scripts", "sample-broken-services"])
def test_every_script_of_the_repository_can_be_read(folder: str) -> None:
    """Nothing raises, and every key that is said to be read stands in the text of the script."""
    read = 0
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = read_body(Module(text))
        for one in found.keys if found else ():
            read += 1
            assert one.path[-1] in text, path
            assert 1 <= one.line <= text.count("\n") + 1
    assert read > 30


def test_code_that_goes_round_in_circles() -> None:
    helpers = "import json\ndef a(x):\n    return b(x)\ndef b(x):\n    return a(x['k'])\n"
    text = helpers + "def run(raw):\n    return a(json.loads(raw))\n"
    found = read_body(Module(text))
    assert found is not None
    assert keys(found) == "k!"
    deep = "import json\ndef run(raw):\n    return json.loads(raw)" + "['a']" * 80 + "\n"
    assert read_body(Module(deep)) is not None
