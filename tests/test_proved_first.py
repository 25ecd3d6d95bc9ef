"""What the rehearsal met, and a cure proved, comes before what only reading foretells of later."""

from pathlib import Path

from doctor.engine import examine

SCRIPT = """\
import json
import os


def init():
    global rates
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "rates.json")) as source:
        rates = json.load(source)


def run(data):
    return {"sum": sum(rates[one] for one in json.loads(data)), "seen": {1, 2}}
"""


def test_init_breaks_before_the_answer_of_run_does(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "sample.json").write_text('["a"]', encoding="utf-8")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "rate.json").write_text('{"a": 1}', encoding="utf-8")
    causes = [cause.id for cause in examine(script).report.causes]
    assert causes == ["entry-script.model-file-name", "entry-script.result-not-serialisable"]


def test_a_body_that_follows_the_decorator_is_not_the_cause(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(
        "from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as S\n"
        "from inference_schema.schema_decorators import input_schema\n\n\ndef init():\n    pass\n\n\n"
        "@input_schema('data', S([1]))\ndef run(rows):\n    return rows\n",
        encoding="utf-8",
    )
    (tmp_path / "sample.json").write_text('{"data": [1]}', encoding="utf-8")
    causes = [cause.id for cause in examine(script).report.causes]
    assert causes[0] == "entry-script.decorator-name"


def test_an_exit_follows_from_the_file_that_it_asks_for(tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text(
        "import os\nimport sys\n\n\ndef init():\n"
        '    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.json")\n'
        "    if not os.path.exists(path):\n        sys.exit(1)\n    open(path).close()\n\n\n"
        "def run(data):\n    return data\n",
        encoding="utf-8",
    )
    (tmp_path / "sample.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "model" / "v2").mkdir(parents=True)
    (tmp_path / "model" / "v2" / "weights.json").write_text("{}", encoding="utf-8")
    (cause,) = examine(script).report.causes
    assert cause.id == "entry-script.model-file-name"
    assert "v2/weights.json" in cause.fixes[0].title
