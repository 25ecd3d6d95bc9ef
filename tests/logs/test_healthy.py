"""Services at work, and builds that succeed: no cause, whatever noise they make."""

from pathlib import Path

import pytest

from checks.evidence import Log
from checks.logs.signature import Role, signatures
from doctor.report import Report, Verdict
from doctor.triage import triage

LOGS = sorted((Path(__file__).parent / "healthy").glob("*.log"))
NOISE = [
    pytest.param(text, id=f"{one.id}-{n}")
    for one in signatures()
    if one.role is Role.HARMLESS
    for n, text in enumerate(one.fires)
]
SERVER = (Path(__file__).parent / "healthy" / "server_current.log").read_text(encoding="utf-8").rstrip("\n").split("\n")


def judged(text: str) -> Report:
    return triage(Log(source="log.txt", text=text))


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)
def test_no_cause(path: Path) -> None:
    report = judged(path.read_text(encoding="utf-8").rstrip("\n"))
    assert [f"{finding.id}: {finding.title}" for finding in report.causes] == []
    assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("text", NOISE)
def test_noise_is_no_cause(text: str) -> None:
    ready = next(at for at, line in enumerate(SERVER) if "Invoking user's init function" in line)
    for place in (ready, len(SERVER)):
        report = judged("\n".join([*SERVER[:place], text, *SERVER[place:]]))
        assert [finding.title for finding in report.causes] == []
        assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("text", NOISE)
def test_noise_alone_is_no_cause(text: str) -> None:
    assert [finding.title for finding in judged(text).causes] == []


@pytest.mark.parametrize("text", NOISE)
def test_noise_hides_no_failure(text: str) -> None:
    failure = (
        "Traceback (most recent call last):\n"
        '  File "/var/azureml-app/score.py", line 3, in <module>\n'
        "    import cv2\n"
        "ModuleNotFoundError: No module named 'cv2'"
    )
    for log in (f"{text}\nException in worker process\n{failure}", f"{failure}\n{text}"):
        causes = judged(log).causes
        assert causes
        assert "cv2" in causes[0].title
