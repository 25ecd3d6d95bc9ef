"""The parts of `doctor check --image` that need no engine."""

import io
import tarfile
from pathlib import Path

import pytest

from checks.containers import Answer, Answers
from checks.finding import Finding, Fix
from checks.missing import Missing
from doctor.command.main import run
from doctor.containers.answers import requests_told
from doctor.containers.gate_words import as_deployed
from doctor.containers.packing import PIECE, packed

CALL = "doctor check score.py --image scoring:1"
TARGET = "score.py in scoring:1"


def test_a_folder_is_packed_piece_by_piece(tmp_path: Path) -> None:
    code, data = tmp_path / "code", tmp_path / "data"
    (code / "below").mkdir(parents=True)
    data.mkdir()
    with (data / "weights.bin").open("wb") as file:
        file.truncate(3 * PIECE + 7)
    (code / "score.py").write_text("# naïve\n")
    (code / "score.py").chmod(0o600)
    (code / "start.sh").write_text("#!/bin/sh\n")
    (code / "start.sh").chmod(0o700)
    (code / "model").symlink_to(data)
    (code / "below" / "again").symlink_to(code)
    (code / "gone").symlink_to(tmp_path / "nowhere")
    unread: list[str] = []
    pieces = list(packed(code, "var/app", unread))
    assert max(len(piece) for piece in pieces) == PIECE
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        members = {member.name: member for member in tar}
        text = tar.extractfile("var/app/score.py")
        assert text is not None
        assert text.read() == "# naïve\n".encode()
    assert set(members) == {
        *("var/app", "var/app/score.py", "var/app/start.sh", "var/app/below"),
        *("var/app/model", "var/app/model/weights.bin"),
    }
    assert members["var/app/model/weights.bin"].size == 3 * PIECE + 7
    assert [members[f"var/app/{name}"].mode for name in ("score.py", "start.sh")] == [0o644, 0o755]
    assert {(member.uid, member.gid) for member in members.values()} == {(0, 0)}
    assert unread == []


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    usual = Path.open

    def refusing(self: Path, *words: str) -> object:
        if self.name == "a.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return usual(self, *words)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing)
    unread: list[str] = []
    content = b"".join(packed(tmp_path, "app", unread))
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert tar.getnames() == ["app", "app/b.txt"]
    assert unread == [str(tmp_path / "a.txt")]


def told(*fixes: Fix) -> list[tuple[str, tuple[str, ...]]]:
    made = as_deployed(
        Finding(title="it fails", evidence=(), fixes=fixes, confirm="docker exec x ls"), "x", TARGET, CALL
    )
    assert made.confirm == CALL
    return [(fix.title, fix.commands) for fix in made.fixes]


def test_fixes_speak_of_the_deployment() -> None:
    build = Fix(title="build it again", commands=("docker build -t scoring:1 .",))
    assert told(build) == [("build it again", build.commands)]
    assert told(Fix(title="look", commands=("docker logs --tail 50 x",))) == []
    assert told(Fix(title="look", commands=("doctor diagnose docker x --rehearse",))) == []
    assert told(Fix(title="raise the limit", commands=("docker update --memory=1g x",))) == [("raise the limit", ())]
    assert told(Fix(title="set it", commands=("docker run -e RATE=<value> ...",))) == [
        ("set it", ("environment_variables:", "  RATE: <value>"))
    ]
    assert told(Fix(title="hand it over", commands=(f"doctor check {TARGET} --model-dir <folder>",))) == [
        ("hand it over", (f"{CALL} --model-dir <folder>",))
    ]
    assert told(Fix(title="send it", commands=("curl -i http://127.0.0.1:32768/score",))) == [("send it", ())]
    assert told(Fix(title="advice alone")) == [("advice alone", ())]


def answer(path: str, status: int | None = 200, **fields: object) -> Answer:
    made = {"method": "GET", "route": "published", "address": "http://127.0.0.1:5001", **fields}
    return Answer(path=path, status=status, **made)  # type: ignore[arg-type]


def test_requests_are_told_of_the_place_that_answered_best() -> None:
    refused = answer("/", None, address="http://127.0.0.1:8883", error="connection refused")
    score = answer("/score", 500, method="POST", sample="a.json", seconds=0.031)
    assert requests_told(Answers(items=(refused, answer("/"), answer("/swagger.json", 404), score))) == (
        "asked GET / 200, GET /swagger.json 404, POST /score with a.json 500 in 0.03 s",
    )
    assert requests_told(Answers(items=(refused,))) == ("asked GET /: connection refused",)
    many = [answer("/score", method="POST", sample=f"{number}.json") for number in range(9)]
    assert requests_told(Answers(items=(answer("/"), *many)))[0].endswith(", 4 more")
    assert requests_told(Missing(reason="it is exited")) == ()


@pytest.mark.parametrize("option", ["--no-run", "--in-process", "--python=python3", "--fix", "--diff", "--verify"])
def test_options_that_mean_nothing_in_an_image(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "score.py"
    script.write_text("def init(): ...\ndef run(data): return 1\n")
    assert run(["check", str(script), "--image", "scoring:1", option]) == 2
    assert f"{option.partition('=')[0]} and --image do not go together" in capsys.readouterr().err
    assert run(["check", str(script), "--image", " "]) == 2
    assert "--image is empty" in capsys.readouterr().err
