"""What stays quiet, for which reason, and what a mistaken wish for it says."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from checks.evidence import Script, Target
from checks.finding import Finding, Quote, Severity
from checks.registry import all_checks, known_names
from doctor.baseline import Baseline, read_baseline, write_baseline
from doctor.errors import CannotExamine, ConfigError
from doctor.inline import ignores_in
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.settings import Settings
from doctor.suppress import Suppression, resolve

EVERYTHING = Suppression()
RUN, INIT = "entry-script.no-run", "runtime.init-raised"


def finding(line: int | None, name: str = RUN, title: str = "something is wrong", text: str = "code") -> Finding:
    return Finding(
        id=name,
        family=name.split(".")[0],
        title=title,
        severity=Severity.ERROR,
        evidence=(Quote(source="score.py", line=line, text=text),),
    )


def kept(text: str, *findings: Finding, by: Suppression = EVERYTHING) -> list[Finding]:
    return list(by.split(findings, Script(path="score.py", text=text))[0])


@pytest.mark.parametrize(
    ("text", "line", "quiet"),
    [
        (f"x = 1  # doctor: ignore[{RUN}]\ny = 2\n", 1, True),
        (f"x = 1  # doctor: ignore[{RUN}]\ny = 2\n", 2, False),
        (f"x = 1  # doctor: ignore[{RUN}]\n", None, False),
        (f"x = 1  # doctor:ignore[ {RUN} , runtime.timeout ] the reason\n", 1, True),
        (f"x = 1  # noqa # doctor: ignore[{RUN}]\n", 1, True),
        (f"# doctor: ignore[{RUN}]\nx = 1\ny = 2\n", 2, True),
        (f"# doctor: ignore[{RUN}]\nx = 1\ny = 2\n", 3, False),
        (f"# doctor: ignore[{RUN}]\n\n# why\n@wraps\ndef run(): ...\n", 5, True),
        (f"# doctor: ignore[{RUN}]\n@wraps\ndef run():\n    x = 1\n", 4, False),
        ("x = 1  # doctor: ignore[entry-script]\n", 1, True),
        ("x = 1  # doctor: ignore[entry-script.*]\n", 1, True),
        (f"x = 1  # doctor: ignore[{INIT}]\n", 1, False),
        ("x = 1  # doctor: ignore\n", 1, False),
        (f"\n\n# doctor: ignore-file[{RUN}] reason\nx = 1\n", 4, True),
        (f"x = 1  # doctor: ignore-file[{RUN}]\n", None, True),
        (f"x = '# doctor: ignore[{RUN}]'\n", 1, False),
        (f"def broken(:  # doctor: ignore[{RUN}]\n", 1, True),
        (f"'''unclosed\nx = 1  # doctor: ignore[{RUN}]\n", 2, True),
        (f"x = 1\r\ny = 2  # doctor: ignore[{RUN}]\r\n", 2, True),
    ],
)
def test_comments(text: str, line: int | None, quiet: bool) -> None:
    one = finding(line)
    assert kept(text, one) == ([] if quiet else [one])


def test_a_suppressed_finding_keeps_its_reason() -> None:
    script = Script(path="score.py", text=f"x = 1  # doctor: ignore[{RUN}] done elsewhere\n")
    _, (quiet,) = Suppression().split([finding(1)], script)
    assert (quiet.how, quiet.reason, quiet.finding) == ("inline", "done elsewhere", finding(1))


def test_a_finding_elsewhere_is_not_meant() -> None:
    elsewhere = msgspec.structs.replace(finding(None), evidence=(Quote(source="conda.yml", line=1, text="python=3.6"),))
    assert kept(f"x = 1  # doctor: ignore[{RUN}]\n", elsewhere) == [elsewhere]


def test_mistaken_comments_are_told() -> None:
    text = (
        "x = 1  # doctor: ignore[entry-script.no-rnu] why\ny = 2  # doctor: ignore\nz = 3  # doctor: ignroe[runtime]\n"
    )
    first, second, third = Suppression().notes(Script(path="score.py", text=text))
    assert first == (
        "score.py:1: the doctor comment names `entry-script.no-rnu`, which no check, former id or family is called; "
        "the nearest is `entry-script.no-run`"
    )
    assert second.startswith("score.py:2: the doctor comment has no effect: ignore needs the ids in brackets")
    assert third.startswith("score.py:3: the doctor comment has no effect: `ignroe` is not known here")


def test_scripts_without_comments_cost_nothing() -> None:
    assert ignores_in("x = 1\n" * 100_000) == ()


def test_select_ignore_and_off() -> None:
    every = {check.id for check in all_checks()}
    family = {check.id for check in all_checks() if check.family == "entry-script"}
    assert {c.id for c in Suppression().selected(all_checks())} == every

    def selected(**fields: object) -> set[str]:
        return {c.id for c in Suppression.of(msgspec.convert(fields, Settings)).selected(all_checks())}

    assert selected(select=["entry-script"]) == family
    assert selected(ignore=["entry-script"]) == every - family
    assert selected(select=["entry-script"], ignore=[RUN]) == family - {RUN}
    assert selected(severity={RUN: "off"}) == every - {RUN}
    assert selected(severity={"entry-script": "off", RUN: "info"}) == (every - family) | {RUN}


def test_grades() -> None:
    by = Suppression.of(Settings(severity={"entry-script": "info", RUN: "warning"}))
    assert [one.severity for one in kept("", finding(1), by=by)] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("pattern", "path", "quiet"),
    [
        ("score.py", "service/score.py", True),
        ("service/*.py", "service/score.py", True),
        ("legacy/*", "service/score.py", False),
        ("*", "service/score.py", True),
    ],
)
def test_per_file_ignores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, path: str, quiet: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    by = Suppression.of(Settings(per_file_ignores={pattern: ("entry-script",)}, folder=Path()))
    monkeypatch.chdir("/")
    new, old = by.split([finding(1), finding(1, INIT)], Script(path=str(tmp_path / path), text=""))
    assert [one.id for one in new] == ([INIT] if quiet else [RUN, INIT])
    assert [one.how for one in old] == ["ignored"] * quiet


def test_unknown_names_are_errors_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as error:
        resolve(["entry-script.norun"], "--select")
    assert str(error.value) == (
        "--select: no check, former id or family is called `entry-script.norun`; the nearest is `entry-script.no-run`. "
        "`doctor checks` lists them all"
    )
    for settings in (
        Settings(ignore=("x.y",)),
        Settings(severity={"x": "off"}),
        Settings(per_file_ignores={"a": ("x",)}),
    ):
        with pytest.raises(ConfigError, match="no check, former id or family is called"):
            Suppression.of(settings)


def test_every_known_name_resolves() -> None:
    for name in known_names():
        resolve([name], "test")


def report(*findings: Finding, name: str = "score.py") -> Report:
    return Report(
        schema=SCHEMA,
        version="0",
        target=Target(kind="script", name=name),
        verdict=Verdict.FAILING,
        causes=findings,
        findings=findings,
        checks=CheckSummary(passed=0, found=1),
    )


def test_a_baseline_keeps_old_findings_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "baseline.json"
    assert write_baseline(file, [report(finding(1), finding(3)), report(finding(1), name="other.py")]) == 3
    data = json.loads(file.read_bytes())
    assert [(one["file"], one["id"], one["count"]) for one in data["findings"]] == [
        ("other.py", RUN, 1),
        ("score.py", RUN, 2),
    ]

    by = Suppression.of(Settings(baseline=file))
    moved, new = finding(70), finding(1, title="another thing is wrong")
    assert kept("", finding(40), moved, new, by=by) == [new]
    third = finding(90)
    assert kept("", finding(40), moved, third, by=by) == [third], "one more of the same is new"
    assert Suppression.of(Settings(baseline=file), with_baseline=False).baseline == Baseline()


def test_a_baseline_written_again_keeps_what_it_kept_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "baseline.json"
    write_baseline(file, [report(finding(1))])
    before = file.read_bytes()
    new, old = Suppression.of(Settings(baseline=file)).split([finding(1)], Script(path="score.py", text=""))
    assert new == ()
    write_baseline(file, [msgspec.structs.replace(report(), suppressions=old, suppressed=1)])
    assert file.read_bytes() == before


def test_a_peeled_cause_is_not_recorded(tmp_path: Path) -> None:
    later = msgspec.structs.replace(finding(1), after=("runtime.init-raised",))
    assert write_baseline(tmp_path / "b.json", [report(later)]) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not there; `--write-baseline` writes it"),
        ("nonsense", "is no baseline of doctor"),
        ('{"findings": []}', "is no baseline of doctor: Object missing required field `schema`"),
        ('{"schema": "doctor.baseline/9"}', "this version of doctor reads 'doctor.baseline/1'"),
    ],
)
def test_a_baseline_that_cannot_be_read(tmp_path: Path, content: str | None, message: str) -> None:
    file = tmp_path / "baseline.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=re.escape(message)):
        read_baseline(file)


def test_a_baseline_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match="cannot be written"):
        write_baseline(tmp_path, [])
