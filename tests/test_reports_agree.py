"""All formats speak of the same findings, and what strangers wrote into a service harms none of them."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checks.evidence import Target
from checks.finding import Confidence, Edit, Finding, Fix, Quote, Safety, Severity, Stage
from doctor.report import SCHEMA, CheckSummary, NotRun, Report, Verdict
from doctor.reports import FORMATS, render

GOLDEN = Path(__file__).parent / "golden"
NAMES = ("failing", "healthy", "inconclusive")


def report(name: str) -> Report:
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Report)


def hostile(text: str, name: str = "score.py") -> Report:
    """A report in which `text` stands wherever something from outside may stand."""
    finding = Finding(
        id="runtime.run-raised",
        family="runtime",
        title=f"run() raises {text}",
        why=text,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=Stage.RUN,
        evidence=(Quote(source="score.py", line=1, text=text, column=0, mark=(0, 1)), Quote(source=text, text=text)),
        fixes=(
            Fix(
                title=f"change {text}",
                safety=Safety.REVIEW,
                commands=(text,),
                edits=(
                    Edit(path="score.py", start_line=1, start_column=0, end_line=1, end_column=1, replacement=text),
                ),
                verified=text,
                diff=f"--- a/score.py\n+++ b/score.py\n@@ -1 +1 @@\n-{text}\n+{text}\n",
            ),
        ),
        confirm=text,
        learn_more=(text,),
    )
    return Report(
        schema=SCHEMA,
        version="0",
        target=Target(kind="script", name=name),
        verdict=Verdict.FAILING,
        causes=(finding,),
        findings=(finding,),
        checks=CheckSummary(
            passed=0,
            found=1,
            skipped=(NotRun(id="runtime.timeout", reason=text),),
            crashed=(NotRun(id="runtime.crashed", reason=text),),
        ),
        notes=(text,),
    )


def written(format: str, reports: list[Report]) -> str:
    return render(format, reports, verbose=1, encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_formats_agree_on_ids_and_gravity(name: str) -> None:
    given_report = report(name)
    expected = Counter((finding.id, finding.gravity.value) for finding in given_report.findings)

    data = json.loads(written("json", [given_report]))
    assert Counter((f["id"], f["severity"]) for f in data["findings"]) == expected

    (run,) = json.loads(written("sarif", [given_report]))["runs"]
    words = {"error": "error", "warning": "warning", "note": "info"}
    told = [result for result in run["results"] if "suppressions" not in result]
    assert Counter((one["ruleId"], words[one["level"]]) for one in told) == expected
    assert len(run["results"]) - len(told) == given_report.suppressed

    suite = ET.fromstring(written("junit", [given_report]))[0]
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert {name for name, tags in cases.items() if "failure" in tags} == {i for i, g in expected if g == "error"}
    assert {name for name, tags in cases.items() if "system-out" in tags} == {i for i, g in expected if g != "error"}
    assert int(suite.get("failures", 0)) == sum(n for (_, g), n in expected.items() if g == "error")
    assert int(suite.get("errors", 0)) == len(given_report.checks.crashed)
    assert int(suite.get("skipped", 0)) == len(given_report.checks.skipped) + given_report.suppressed

    for prose in ("text", "markdown"):
        text = written(prose, [given_report])
        assert all(name in text for name, _ in expected), prose
    lines = written("github", [given_report]).splitlines()
    assert len(lines) == sum(expected.values()) + len(given_report.checks.crashed) + (name == "inconclusive")


def test_several_reports_are_lines_one_run_and_suites() -> None:
    reports = [report(name) for name in NAMES]
    assert [json.loads(line)["verdict"] for line in written("json", reports).splitlines()] == list(NAMES_OF_VERDICTS)
    (run,) = json.loads(written("sarif", reports))["runs"]
    assert [target["verdict"] for target in run["properties"]["targets"]] == list(NAMES_OF_VERDICTS)
    root = ET.fromstring(written("junit", reports))
    assert len(root) == 3
    assert root.get("failures") == str(sum(int(suite.get("failures", 0)) for suite in root))


NAMES_OF_VERDICTS = ("failing", "healthy", "inconclusive")


def test_nothing_found_is_valid_and_empty() -> None:
    assert json.loads(written("sarif", []))["runs"][0]["results"] == []
    assert json.loads(written("sarif", [report("healthy")]))["runs"][0]["results"] == []
    assert json.loads(written("json", [report("healthy")]))["causes"] == []
    assert len(ET.fromstring(written("junit", []))) == 0
    assert written("github", [report("healthy")]) == ""


HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "[bold red]markup[/bold red] [link=https://example.org]x[/link]",
    "a\r::error::injected",
    "```\n# heading\n<script>alert(1)</script> | @somebody #1",
    "]]><x/>&amp;",
    "\u202egnirts\u2066 \u200b\ufeff",
    "\ud800 half a pair \udcff",
    "\x00\x01\x0b\x0c\ufffe\uffff",
    "%0A%25::",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_is_harmless(text: str, format: str) -> None:
    told = written(format, [hostile(text)])
    told.encode()
    if format == "json":
        msgspec.json.decode(told.encode(), type=Report)
        return
    if format == "sarif":
        json.loads(told)
        return
    # A terminal or a browser obeys none of these; line ends are the format's own.
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", told)
    if format == "junit":
        ET.fromstring(told)
    if format == "github":
        assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in told.splitlines())
    if format == "markdown":
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(told)
        inline = [part for token in tokens for part in (token, *(token.children or ()))]
        assert not [part for part in inline if part.type.startswith("html") and part.content != "<!-- -->"]
        assert not [part for part in inline if part.type in {"link_open", "image", "hr", "table_open"}]
        headings = [after.content for one, after in pairwise(tokens) if one.type == "heading_open"]
        assert len(headings) == 2
        assert headings[1].startswith("Error: run() raises")
    if format == "text" and "markup" in text:
        assert "[bold red]markup[/bold red]" in told


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_written_in_every_format(text: str) -> None:
    for kind in FORMATS:
        for encoding in ("utf-8", "ascii", "cp1252"):
            render(kind, [hostile(text)], verbose=1, encoding=encoding).encode(encoding)
    ET.fromstring(written("junit", [hostile(text)]))
    json.loads(written("sarif", [hostile(text)]))


SECRETS = (
    'password = "hunter2hunter2"',
    'os.environ["STORAGE_KEY"] = "q7Zr8vXw2pLk9mNb"',
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=q7Zr8vXw2pLk9mNb==",
    "https://me:q7Zr8vXw2pLk9mNb@host.example/x",
    "Authorization: Bearer q7Zr8vXw2pLk9mNbq7Zr8vXw2pLk9mNb",
    "https://x.example/c?sv=2024&sig=q7Zr8vXw2pLk9mNb%3D",
)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", SECRETS)
def test_no_secret_is_told(text: str, format: str) -> None:
    told = written(format, [hostile(text)])
    assert "q7Zr8vXw2pLk9mNb" not in told
    assert "hunter2" not in told
    assert "***" in told


@pytest.mark.parametrize(
    "text",
    [
        'tokenizer = "bert-base-uncased"',
        'key = os.environ["STORAGE_KEY"]',
        'password = "<your-password>"',
        'raise KeyError("password")',
        "token = get_token(scope)",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert json.loads(written("json", [hostile(text)]))["causes"][0]["why"] == text


def test_an_edit_that_would_write_a_mask_is_left_out() -> None:
    data = json.loads(written("json", [hostile(SECRETS[0])]))
    assert data["causes"][0]["fixes"][0]["edits"] == []


def test_an_unknown_format_is_named_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no format is called `sarf`, the nearest is `sarif`; there are text, json"):
        render("sarf", [])


def test_a_long_line_is_cut_around_its_mark() -> None:
    line = f"{'a + ' * 200}np.float{' + b' * 200}"
    quote = Quote(source="score.py", line=7, text=line, column=0, mark=(800, 808))
    finding = msgspec.structs.replace(hostile("x").causes[0], evidence=(quote,), why="", fixes=(), no_fix="none")
    told = render(
        "text", [msgspec.structs.replace(hostile("x"), causes=(finding,), findings=(finding,))], encoding="utf-8"
    ).split("\n")
    shown = next(row for row in told if "np.float" in row)
    carets = told[told.index(shown) + 1]
    assert len(shown) <= 80
    assert shown[carets.index("^") : carets.index("^") + carets.count("^")] == "np.float"
    assert shown.endswith("...")


def test_carets_stand_below_wide_characters() -> None:
    quote = Quote(source="score.py", line=1, text="名前 = np", column=0, mark=(5, 7))
    finding = msgspec.structs.replace(hostile("x").causes[0], evidence=(quote,))
    told = render(
        "text", [msgspec.structs.replace(hostile("x"), causes=(finding,), findings=(finding,))], encoding="utf-8"
    ).split("\n")
    row = next(number for number, line in enumerate(told) if "名前" in line)
    assert told[row + 1].index("^") == told[row].index("np") + 2  # two characters ahead take two columns each


@pytest.mark.parametrize("symptoms", [0, 1])
def test_a_cause_says_what_it_explains(symptoms: int) -> None:
    cause = Finding(
        id="entry-script.no-run",
        title="no run()",
        evidence=(),
        severity=Severity.ERROR,
        explains=("runtime.run-raised",),
    )
    symptom = Finding(id="runtime.run-raised", title="raised", evidence=(), severity=Severity.ERROR)
    base = hostile("x")
    full = msgspec.structs.replace(base, causes=(cause,), findings=(cause, *([symptom] * symptoms)))
    assert ("explains 1 of 1 symptom" in written("text", [full])) == bool(symptoms)
