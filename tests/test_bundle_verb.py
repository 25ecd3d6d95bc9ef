"""`doctor bundle` as it is called, what triage says of a bundle, whole logs in it, and archives that mean harm."""

import json
import os
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sample_services
from calling import doctor
from msgspec.structs import replace
from screens.journeys import sample_copy, until
from screens.log_journeys import LogApp, written

from checks.evidence import Target
from checks.finding import Confidence, Finding
from checks.missing import Missing
from doctor.bundle import read, write
from doctor.bundle.earlier_findings import with_earlier_findings
from doctor.bundle.judging_again import judged_again
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.errors import CannotExamine
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.suppress import NOTHING_SUPPRESSED, Suppression

SCRIPT = "def init():\n    raise KeyError('a')\n\n\ndef run(data):\n    return data\n"


def test_it_is_written_told_and_judged_again(tmp_path: Path) -> None:
    script = sample_copy("model-not-global", tmp_path)
    done = doctor("bundle", str(script.relative_to(tmp_path)), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = tmp_path.glob("doctor-score-*.zip")
    assert f"wrote {path.name} (" in done.stdout
    assert "failing, entry-script.model-not-global" in done.stdout
    assert f"doctor triage {path.name}" in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([path.name, "model-not-global"])
    again = doctor("triage", path.name, "-o", "json", cwd=tmp_path)
    assert again.returncode == 1, again.stderr
    report = json.loads(again.stdout)
    assert [one["id"] for one in report["causes"]] == ["entry-script.model-not-global"]
    assert any("the target was not asked" in note for note in report["notes"])


def test_calls_that_are_refused(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    (tmp_path / "mine.zip").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    for words, code, said in (
        ((), 2, "Missing argument"),
        (("score.py", "-o", "-"), 2, "goes into a file"),
        (("score.py", "-o", "json"), 2, "is a format"),
        (("score.py", "-o", "mine.zip"), 2, "--force replaces it"),
        (("score.py", "-o", "pipe", "--force"), 2, "no regular file"),
        (("score.py", "-o", "no/a.zip"), 3, "no is no folder"),
        (("nowhere.py",), 3, "is not there"),
        (("docker",), 2, "doctor bundle docker NAME"),
        (("docker", "score", "--no-run"), 2, "--no-run is not for a container"),
    ):
        done = doctor("bundle", *words, cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (code, True), (words, done.stderr)
        assert done.stdout == ""
    assert (tmp_path / "mine.zip").read_text() == "mine"
    assert doctor("bundle", "score.py", "-o", "mine.zip", "--force", "-q", cwd=tmp_path).stdout == "mine.zip\n"
    assert doctor("bundle", "mine.zip", cwd=tmp_path).returncode == 2


def test_a_name_that_is_taken_meanwhile_stays(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    done = diagnose(Call(kind="script", name=str(tmp_path / "score.py"), run=False))
    (tmp_path / "a.zip").write_text("mine")
    with pytest.raises(CannotExamine, match="is there already"):
        write(tmp_path / "a.zip", done, replaces=False)
    assert (tmp_path / "a.zip").read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "score.py"]


SAMPLES = [
    one.name
    for one in sorted(sample_services.HERE.iterdir())
    if (one / "case.toml").exists() and sample_services.load(one).script.exists()
][::4]


@pytest.mark.parametrize("name", [*SAMPLES, "secret-in-source"])
def test_a_sample_is_judged_again_as_it_was(name: str, tmp_path: Path) -> None:
    script = sample_services.load(sample_services.HERE / name).script
    done = diagnose(Call(kind="script", name=str(script), run=False))
    write(tmp_path / "a.zip", done)
    reports = judged_again(tmp_path / "a.zip")
    for report, was in zip(reports, (one.report for one in done.diagnosed), strict=True):
        assert [one.id for one in report.causes] == [one.id for one in was.causes]
        assert [one.id for one in report.findings] == [one.id for one in was.findings]
        assert report.verdict == was.verdict
        said = [one.id for one in report.findings if "when the bundle was made" in one.why]
        assert said == (["entry-script.secret-in-source"] if name == "secret-in-source" else [])


def test_a_cause_whose_proof_is_masked_stays_before_what_it_explains() -> None:
    def found(id: str, title: str, **more: Any) -> Finding:
        return Finding(id=f"logs.{id}", family="logs", title=title, evidence=(), why="It breaks.", **more)

    cause = found("masked", "the key *** is refused", explains=("logs.after",))
    after, other, later = found("after", "it ends"), found("other", "no disk"), found("later", "no room")
    then = report(causes=(cause, other), findings=(cause, other, after), verdict=Verdict.FAILING)
    now = report(causes=(after, other), findings=(after, other), verdict=Verdict.FAILING)
    both = with_earlier_findings(now, then, NOTHING_SUPPRESSED, Missing(reason=""))
    assert [one.id for one in both.causes] == ["logs.masked", "logs.other"]
    assert [one.id for one in both.findings] == ["logs.masked", "logs.other", "logs.after"]
    assert both.causes[0].why == "Found when the bundle was made; its proof is masked here. It breaks."
    assert both.notes[-1] == "logs.masked: found when the bundle was made; its proof is masked here"
    assert both.checks.found == now.checks.found + 1
    unasked = Suppression(ignore=frozenset({"logs.masked"}))
    assert with_earlier_findings(now, then, unasked, Missing(reason="")).causes == now.causes
    tried = with_earlier_findings(now, replace(then, findings=(*then.findings, later)), unasked, Missing(reason=""))
    assert tried.findings[-1].why.startswith("Found when the bundle was made, as when a fix was tried; ")
    proven = found("proven", "shown for certain", confidence=Confidence.CERTAIN)
    newer = replace(then, version="0", causes=(cause, other, proven), findings=(cause, other, proven, after, later))
    told = with_earlier_findings(now, newer, NOTHING_SUPPRESSED, Missing(reason=""))
    assert [one.id for one in told.findings] == ["logs.masked", "logs.other", "logs.proven", "logs.after"]
    assert told.notes[0] == "logs.later was found when the bundle was made, and is not found by the checks of today"


def report(**changes: Any) -> Report:
    plain = Report(
        schema=SCHEMA, version="1", target=Target(kind="log", name="a.log"), verdict=Verdict.INCONCLUSIVE,
        causes=(), findings=(), checks=CheckSummary(passed=9, found=0),
    )  # fmt: skip
    return replace(plain, **changes)


async def test_a_long_log_is_kept_at_both_ends_and_where_it_proves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = written(tmp_path / "score.log", 60_000, every=1_000_000)
    lines = log.read_text().splitlines(keepends=True)
    lines[30_000] = "ModuleNotFoundError: No module named 'cv2'\n"
    log.write_text("".join(lines))
    done = diagnose(Call(kind="log", name=str(log)))
    monkeypatch.setattr("doctor.bundle.writing.LARGEST_LOG", 1 << 20)
    told = write(tmp_path / "a.zip", done)
    assert "the first and the last" in told.notes[0]
    log.unlink()
    (back,) = read(tmp_path / "a.zip").diagnosed
    (saved,) = back.logs
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        kept = archive.read(saved.file).decode().splitlines()
    assert len(kept) == saved.lines < 60_000
    assert (kept[0], kept[-1]) == (lines[0].rstrip(), lines[-1].rstrip())
    assert len("\n".join(kept)) < 1.3 * (1 << 20)
    app = LogApp(back)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.pane.coming.whole is not None and not app.pane.coming.moving)
        await until(pilot, lambda: app.pane.lines is app.pane.coming.whole and app.pane.lines.count == saved.lines)
        places = range(saved.lines)
        numbered = {app.pane.lines.number(place): place for place in reversed(places)}
        assert app.pane.lines.read(numbered[30_001], 1)[0].text == lines[30_000].rstrip()
        assert app.pane.lines.read(app.pane.lines.place(60_000), 1)[0].number == 60_000
        assert "left out" in app.pane.lines.read(app.pane.lines.place(25_000), 1)[0].text
        await until(pilot, lambda: app.pane.is_at(30_001))
        app.pane.start_search("line 59999 ", origin=0)
        await until(pilot, lambda: app.pane.is_at(59_999))


def archive(path: Path, files: dict[str, bytes], **more: object) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in more.items():
                setattr(info, key, value)
            packed.writestr(info, content)
    return path


def test_archives_that_mean_harm(tmp_path: Path) -> None:
    main = b'{"schema": "doctor.bundle/1", "version": "1", "saved": "", "command": "", "done": {"diagnosed": []}}'
    many = archive(tmp_path / "many.zip", {"doctor.json": main} | {f"logs/{at}": b"" for at in range(5000)})
    lying = bytearray(archive(tmp_path / "lying.zip", {"doctor.json": main}).read_bytes())
    at = lying.rfind(b"PK\x05\x06")
    lying[at + 12 : at + 16] = struct.pack("<L", 1 << 30)
    (tmp_path / "lying.zip").write_bytes(lying)
    zeros = archive(tmp_path / "zeros.zip", {"doctor.json": b"0" * (300 << 20)})
    link = archive(tmp_path / "link.zip", {"doctor.json": main, "logs/a": b"/etc/passwd"}, external_attr=0o120777 << 16)
    (tmp_path / "cut.zip").write_bytes(archive(tmp_path / "cut.zip", {"doctor.json": main}).read_bytes()[:-30])
    twice = archive(tmp_path / "twice.zip", {"doctor.json": main, "logs/a": b"shown", "logs/b": b"read"})
    twice.write_bytes(twice.read_bytes().replace(b"logs/b", b"logs/a"))
    cut_name = archive(tmp_path / "nul.zip", {"doctor.json": main, "logs/a-hidden": b""})
    cut_name.write_bytes(cut_name.read_bytes().replace(b"logs/a-hidden", b"logs/a\0hidden"))
    for path in (twice, cut_name):
        with pytest.raises(CannotExamine, match="made by somebody else"):
            read(path)
    odd = [(tmp_path / "cut.zip", "damaged"), (tmp_path / "lying.zip", "made by somebody else"), (zeros, "unpacks to")]
    for path, words in [*odd, (many, "made by somebody else"), (link, "made by somebody else")]:
        with pytest.raises(CannotExamine, match=words):
            read(path)
        done = doctor("triage", path.name, cwd=tmp_path)
        assert (done.returncode, words in done.stderr) == (3, True), (path, done.stderr)


def test_a_saved_report_is_told_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "score.log").write_text("I started\nModuleNotFoundError: No module named 'cv2'\n")
    assert doctor("triage", "score.log", "-o", "json=report.json", cwd=tmp_path).returncode == 1
    saved = json.loads((tmp_path / "report.json").read_text())
    for indent in (None, 2):
        (tmp_path / "report.json").write_text(json.dumps(saved, indent=indent))
        done = doctor("triage", "report.json", "-o", "json", cwd=tmp_path)
        again = json.loads(done.stdout)
        assert (done.returncode, again["causes"], again["target"]) == (1, saved["causes"], saved["target"])
        assert "this is a saved report as it was" in again["notes"][-1]
    (tmp_path / "report.json").write_text('{"schema": "doctor.report/99"}')
    done = doctor("triage", "report.json", cwd=tmp_path)
    assert (done.returncode, "a newer doctor" in done.stderr) == (3, True)
