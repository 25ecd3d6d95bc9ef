"""What the probe tells of run() after the import: parameters, the types behind the decorators, the schemas."""

import math
import sys
from pathlib import Path

import pytest
from swagger_cases import HEAD, INIT, NUMPY, OWN_TYPE, script

from checks.contract.records import Interface, Parameter, ParameterType
from checks.evidence import Phase, Probe
from doctor.probe.launcher import Rehearsal, start


def rehearse(folder: Path, text: str, *, in_process: bool = False, all_of_it: bool = False) -> Probe:
    (folder / "score.py").write_text(text, encoding="utf-8")
    rehearsal = Rehearsal(
        script=folder / "score.py",
        python=None if in_process else sys.executable,
        in_process=in_process,
        stop_after=None if all_of_it else "import",
    )
    with start(rehearsal) as running:
        probe = running.wait()
    assert isinstance(probe, Probe), probe
    return probe


def interface(folder: Path, text: str, *, in_process: bool = False) -> Interface:
    probe = rehearse(folder, text, in_process=in_process)
    assert probe.interface is not None, probe.steps
    return probe.interface


def types(folder: Path, parameters: dict[str, str], head: str = HEAD) -> dict[str, ParameterType | None]:
    found = interface(folder, script(parameters, head=head))
    return {one.name: one.type for one in found.parameters}


def test_numpy_types(tmp_path: Path) -> None:
    found = types(
        tmp_path,
        {
            "a": "Numpy(np.zeros((2, 3)))",
            "b": "Numpy(np.array(['ab']), enforce_shape=False)",
            "c": "Numpy(np.array(['2020-01-01'], dtype='M8[D]'), enforce_column_type=False)",
            "d": "Numpy(np.array([(1, [1.0, 2.0])], dtype=[('x', 'i4'), ('y', 'f8', (2,))]))",
        },
    )
    assert found == {
        "a": ParameterType(kind="numpy", dtype="float64", shape=(2, 3)),
        "b": ParameterType(kind="numpy", dtype="<U2", shape=(1,), enforce_shape=False),
        "c": ParameterType(kind="numpy", dtype="datetime64[D]", shape=(1,), enforce_types=False),
        "d": ParameterType(
            kind="numpy",
            dtype="[('x', '<i4'), ('y', '<f8', (2,))]",
            shape=(1,),
            fields=(("x", "int32"), ("y", "('<f8', (2,))")),
        ),
    }


def test_pandas_types(tmp_path: Path) -> None:
    found = types(
        tmp_path,
        {
            "a": "Pandas(pd.DataFrame({'z': [1], 'a': [1.5], 3: [True]}))",
            "b": "Pandas(pd.DataFrame({'a': [1]}), orient='split', enforce_column_type=False, enforce_shape=False)",
        },
    )
    assert found == {
        "a": ParameterType(
            kind="pandas", columns=(("z", "int64"), ("a", "float64"), ("3", "bool")), orient="records", shape=(1, 3)
        ),
        "b": ParameterType(
            kind="pandas",
            columns=(("a", "int64"),),
            orient="split",
            shape=(1, 1),
            enforce_shape=False,
            enforce_types=False,
        ),
    }


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("1", "int"),
        ("'x'", "str"),
        ("1.5", "float"),
        ("True", "bool"),
        ("b'x'", "bytes"),
        ("bytearray(b'x')", "bytearray"),
        ("range(3)", "range"),
        ("(1, 2)", "tuple"),
        ("datetime.date(2020, 1, 1)", "date"),
        ("datetime.datetime(2020, 1, 1)", "datetime"),
        ("np.float64(1.5)", "float64"),
    ],
)
def test_standard_types(tmp_path: Path, sample: str, name: str) -> None:
    assert types(tmp_path, {"a": f"Standard({sample})"}) == {"a": ParameterType(kind="standard", python=name)}


def test_nested_types(tmp_path: Path) -> None:
    array = ParameterType(kind="numpy", dtype="int64", shape=(1,))
    listed = ParameterType(kind="standard", python="list", item=array)
    found = types(
        tmp_path,
        {
            "a": "Standard({'x': Numpy(np.array([1])), 'n': 3, 'l': Standard([Numpy(np.array([1]))]), 5: Standard(1)})",
            "b": "Standard([Numpy(np.array([1])), Numpy(np.array([1.5]))])",
        },
    )
    assert found == {
        "a": ParameterType(kind="standard", python="dict", inner={"x": array, "l": listed}),
        "b": listed,
    }


OWN_ARRAYS = """

class Same(Numpy):
    pass


class Other(Numpy):
    def deserialize_input(self, data):
        return 1


class Odd(Numpy):
    sample_input = property(lambda self: 1 / 0, lambda self, value: None)

    def input_to_swagger(self):
        return {'type': 'x', 'example': 1}
"""


def test_types_of_the_persons_own(tmp_path: Path) -> None:
    head = HEAD + NUMPY + OWN_TYPE + OWN_ARRAYS
    found = types(
        tmp_path,
        {
            "own": "Own({'type': 'x', 'example': 1})",
            "same": "Same(np.array([1.5]))",
            "other": "Other(np.array([1.5]))",
            "odd": "Odd(np.array([1.5]))",
        },
        head,
    )
    unknown = ParameterType(kind="unknown")
    assert found == {
        "own": unknown,
        "same": ParameterType(kind="numpy", dtype="float64", shape=(1,)),
        "other": unknown,
        "odd": unknown,
    }


def test_parameters(tmp_path: Path) -> None:
    text = (
        f"{HEAD}{INIT}@input_schema('a', Standard(1), optional=True)\n@input_schema('b', Standard(2), False)\n"
        "@input_schema('gone', Standard(3))\n@output_schema(Standard([1.5]))\n"
        "def run(a, plain, b=3, *, only, last=5, request_headers):\n    return 1\n"
    )
    found = interface(tmp_path, text)
    assert found.kind == "schema"
    assert found.described == ("a", "b", "gone")
    assert found.parameters == (
        Parameter(name="a", type=ParameterType(kind="standard", python="int", optional=True)),
        Parameter(name="plain"),
        Parameter(
            name="b",
            required=False,
            type=ParameterType(kind="standard", python="int", converts=False),
            default="3",
        ),
        Parameter(name="only", keyword_only=True),
        Parameter(name="last", required=False, keyword_only=True, default="5"),
    )
    assert found.output == {"type": "array", "items": {"type": "number", "format": "double"}, "example": [1.5]}
    assert found.versions == ("2.0", "3.0", "3.1")
    assert found.problem is None


BETWEEN = """

class Lazy:
    def __getattr__(self, name):
        raise AttributeError(name) if name.startswith("__") else SystemExit("loaded by " + name)

    def __call__(self):
        pass


a_model = Lazy()


def timed(f, a_model=a_model):
    def inner(a, b):
        return f(a=a, b=b) or a_model
    return inner


def init(): ...


@input_schema('a', Standard(1))
@timed
@input_schema('b', Standard('x'))
def run(a, b):
    return 1
"""


def test_the_types_are_found_behind_other_decorators(tmp_path: Path) -> None:
    found = interface(tmp_path, HEAD + BETWEEN)
    assert [(one.name, one.type and one.type.python) for one in found.parameters] == [("a", "int"), ("b", "str")]


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("def run(data, more=1, *, request_headers): ...\n", "undecorated", ["data", "more"]),
        (
            "from azureml.contrib.services.aml_request import rawhttp\n\n\n@rawhttp\ndef run(request): ...\n",
            "rawhttp",
            ["request"],
        ),
    ],
)
def test_without_a_schema_there_are_parameters_only(tmp_path: Path, text: str, kind: str, names: list[str]) -> None:
    found = interface(tmp_path, f"def init(): ...\n{text}")
    assert (found.kind, [one.name for one in found.parameters]) == (kind, names)
    assert (found.input, found.output, found.versions, found.described, found.problem) == (None, None, (), (), None)


def test_numbers_that_json_lacks_and_keys_that_are_numbers_arrive(tmp_path: Path) -> None:
    text = script({"a": "Standard({1: float('nan'), 'function': 2, 'line': 3, 'path': __file__})"})
    found = interface(tmp_path, text)
    assert found.input is not None
    assert found.input["properties"]["a"]["required"] == [1, "function", "line", "path"]
    example = found.input["example"]["a"]
    assert math.isnan(example.pop("1"))
    assert example == {"function": 2, "line": 3, "path": str(tmp_path / "score.py")}


def test_a_schema_that_is_no_json_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    found = interface(tmp_path, script({"a": "Own({'example': {1, 2}})"}, head=HEAD + OWN_TYPE))
    assert found.problem == "TypeError: Object of type set is not JSON serializable"
    assert [one.name for one in found.parameters] == ["a"]


def test_a_large_schema_is_not_sent(tmp_path: Path) -> None:
    found = interface(tmp_path, script({"a": "Numpy(np.zeros((1700, 1000)))"}))
    assert found.problem == "the input schema with its example is larger than 5 MB"
    assert found.parameters[0].type == ParameterType(kind="numpy", dtype="float64", shape=(1700, 1000))


def test_versions_of_the_interpreters_packages(tmp_path: Path) -> None:
    from importlib.metadata import version

    found = interface(tmp_path, "def init(): ...\ndef run(data): ...\n")
    assert (found.library, found.numpy, found.pandas) == tuple(map(version, ("inference-schema", "numpy", "pandas")))


def test_nothing_is_imported_for_it(tmp_path: Path) -> None:
    text = (
        f"{HEAD}import sys\n\nbefore = set(sys.modules)\n\n\ndef init():\n"
        "    assert not set(sys.modules) - before, set(sys.modules) - before\n    assert 'numpy' not in sys.modules\n"
        "\n\n@input_schema('a', Standard({'a': [1]}))\ndef run(a):\n    return a\n"
    )
    probe = rehearse(tmp_path, text, all_of_it=True)
    step = probe.step(Phase.INIT)
    assert step is not None
    assert step.outcome == "passed", step.raised
    assert probe.interface is not None
    assert probe.opened == ()


def test_it_stops_after_the_import(tmp_path: Path) -> None:
    probe = rehearse(tmp_path, "def init(): raise ValueError\ndef run(data): ...\n")
    assert [(step.phase, step.outcome) for step in probe.steps] == [(Phase.IMPORT, "passed")]
    assert probe.exit is None


def test_in_process_it_is_the_same(tmp_path: Path) -> None:
    text = script({"a": "Standard({'x': Numpy(np.array([[1.5]]))})"}, output="Standard(1)")
    assert interface(tmp_path, text, in_process=True) == interface(tmp_path, text)
