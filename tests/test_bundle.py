"""Bundles: what goes in comes out, secrets stay, and what is no bundle is told with place and remedy."""

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sample_services
from msgspec.structs import replace
from screens.journeys import diagnosed

from checks.containers import Container, ContainerState, EngineInfo, Image
from checks.evidence import EnvironmentFile, Evidence, Log, Logs, Script, Target
from checks.finding import Edit, Finding, Fix, Quote, Severity
from doctor.bundle import read, write
from doctor.bundle.masking import MASK, mask
from doctor.containers.inspection import container_of
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis, Done
from doctor.errors import CannotExamine
from doctor.report import SCHEMA, CheckSummary, Report, Verdict
from doctor.reports import render
from doctor.targets import is_report

RECORDED = Path(__file__).parent / "docker" / "recorded"
S = "q7Zk3Wv9Xb2Lm5Np8Rt1"  # the secret part of every shape below
HEX = "0123456789abcdef0123456789abcdef"
SHAPES = {
    "python": f'password = "{S}"',
    "json": f'{{"api_key": "{S}"}}',
    "yaml": f"db_password: {S}",
    "variable": f"API_KEY={S}",
    "export": f"export HF_TOKEN={S}",
    "dockerfile": f"ENV STORAGE_ACCOUNT_KEY={S}",
    "option": f"mysql --user root --password {S} scores",
    "option with =": f"az login --client-secret={S}",
    "bearer": f"Authorization: Bearer {S}",
    "basic": f"authorization: Basic {S}==",
    "header": f"'x-api-key': '{S}'",
    "subscription": f"Ocp-Apim-Subscription-Key: {S}",
    "cookie": f"Cookie: session={S}; theme=dark",
    "url": f"postgres://score:{S}@db.example/scores",
    "signed link": f"https://a.blob.example/m?sv=1&sig={S}%3D",
    "connection string": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={S}==;EndpointSuffix=b",
    "storage key": f"{S}{'A' * 66}==",
    "jwt": f"eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE1Nzc4MzY4MDB9.{S}",
    "github": f"ghp_{S}abcd",
    "gitlab": f"glpat-{S}",
    "aws": f"AWS_SECRET_ACCESS_KEY={S}",
    "slack": f"xoxb-1234567890-{S}",
    "slack hook": f"https://hooks.slack.com/services/T0/B0/{S}",
    "google": f"AIza{S}abcdefghijklmn",
    "openai": f"sk-{S}",
    "npm": f"//registry.example/:_authToken=npm_{S}{S}",
    "stripe": f"sk_live_{S}",
    "entra": f"abc8Q~{S}{S}",
    "docker": f'{{"auths": {{"r.example": {{"auth": "{S}"}}}}}}',
    "netrc": f"machine r.example login score password {S}",
    "pem": f"-----BEGIN RSA PRIVATE KEY-----\n{S}\n-----END RSA PRIVATE KEY-----",
    "pgp": f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{S}\n-----END PGP PRIVATE KEY BLOCK-----",
}
HARMLESS = (
    "curl -H 'Authorization: Bearer ***' http://localhost:5001/",
    "token = tokenizer.encode2(text)",
    'key = row["customer_id_2"]',
    "pip install scikit-learn==1.4.2 numpy==1.26.4",
    "tokens: 1024",
    "2026-11-20 18:15:51,055 I [13] gunicorn.error - Listening at: http://0.0.0.0:5001",
    "image: registry.example/score@sha256:" + HEX * 2,
    "model_key = config.get('model2')",
    'KeyError: "age"',
    "primary_key: customer_id",
    "author: somebody",
    "--password <password>",
    "export API_KEY=$SECRET_FROM_VAULT1",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_of_this_shape(shape: str) -> None:
    text = f"before\n{SHAPES[shape]}\nafter"
    masked = mask(text)
    assert S not in masked
    assert masked.startswith("before\n")
    assert masked.endswith("\nafter")
    assert masked.count("\n") == text.count("\n")
    assert mask(masked) == masked
    assert S not in mask("x" * 5000 + "\n" + text), "long texts take another way"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def report(**changes: object) -> Report:
    plain = Report(
        schema=SCHEMA, version="1", target=Target(kind="script", name="score.py"), verdict=Verdict.HEALTHY,
        causes=(), findings=(), checks=CheckSummary(passed=1, found=0),
    )  # fmt: skip
    return replace(plain, **changes)


def planted() -> Done:
    """A diagnosis with a secret of every shape in every place that holds text of strangers."""
    everything = "\n".join(SHAPES.values())
    edit = Edit(path="score.py", start_line=1, start_column=0, end_line=1, end_column=3, replacement=SHAPES["python"])
    finding = Finding(
        id="entry-script.a", family="entry-script", title=SHAPES["bearer"], why=everything, severity=Severity.ERROR,
        evidence=(Quote(source="score.py", text=SHAPES["yaml"], line=1, mark=(0, 4)),),
        fixes=(Fix(title="a", commands=(SHAPES["option"],), edits=(edit,), diff=f"+{SHAPES['python']}"),),
    )  # fmt: skip
    container = Container(
        id="1", name="score", engine=EngineInfo(address="unix"), state=ContainerState(status="running"),
        image=Image(id="2", reference="score"), command=("serve", "--token", S),
        environment={"DB_PASSWORD": S, "LEVEL": SHAPES["github"]}, labels={"azureml-key": S},
    )  # fmt: skip
    evidence = Evidence(
        target=Target(kind="script", name="score.py"),
        script=Script(path="score.py", text=everything),
        environment=EnvironmentFile(path="conda.yaml", kind="conda", requirements=(), text=everything),
        logs=Logs(items=(Log(source="../../etc/web.log", text=everything), Log(source="web 2", text=everything * 50))),
        container=container,
    )
    call = Call(kind="script", name="score.py", variables={"LEVEL": S})
    told = report(causes=(finding,), findings=(finding,), verdict=Verdict.FAILING, notes=(everything,))
    one = Diagnosis(call=call, report=told, evidence=evidence, digests={"score.py": "0"})
    return Done(diagnosed=(one,), notes=(SHAPES["jwt"],), refused=(SHAPES["url"],))


def test_no_planted_secret_is_in_any_file(tmp_path: Path) -> None:
    path = tmp_path / "score.zip"
    number = write(path, planted()).secrets
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name, text in texts.items() if S in text]
    assert list(texts) == [
        "doctor.json", "report.md", "report.json", "README.txt", "logs/01-etc-web.log.txt", "logs/02-web-2.txt",
        "logs.json", "redactions.txt",
    ]  # fmt: skip
    assert number > 100
    assert "  score.py\n" in texts["redactions.txt"]
    assert "  ../../etc/web.log\n" in texts["redactions.txt"]
    (fix,) = json.loads(texts["report.json"])["causes"][0]["fixes"]
    assert fix["edits"] == []
    (back,) = read(path).diagnosed
    assert back.call == Call(kind="report", name=str(path))
    assert back.digests == {}
    assert back.evidence is not None
    assert isinstance(back.evidence.container, Container)
    assert back.evidence.container.environment == {"DB_PASSWORD": MASK, "LEVEL": MASK}
    assert back.evidence.container.command == ("serve", "--token", MASK)


def test_values_of_the_environment_are_masked_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORE_API_KEY", "not-like-a-key-at-all")
    write(tmp_path / "a.zip", Done(diagnosed=(Diagnosis(call=planted().diagnosed[0].call, report=report(
        notes=("it said not-like-a-key-at-all",))),)))  # fmt: skip
    assert read(tmp_path / "a.zip").diagnosed[0].report.notes == ("it said ***",)


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "a.zip", planted())
    write(tmp_path / "a.zip", planted())
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]
    assert is_report(tmp_path / "a.zip")


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    with pytest.raises(CannotExamine, match="cannot be written"):
        write(tmp_path / "missing" / "a.zip", planted())
    (tmp_path / "full").mkdir()
    with pytest.raises(CannotExamine, match="cannot be written"):
        write(tmp_path / "full", planted())
    assert [one.name for one in tmp_path.iterdir()] == ["full"]


SAMPLES = [
    one.name
    for one in sorted(sample_services.HERE.iterdir())
    if (one / "case.toml").exists() and sample_services.load(one).script.exists()
]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_travels(name: str, tmp_path: Path) -> None:
    """Read without being run: causes and evidence are those of the live diagnosis, and no harmless text is masked."""
    script = sample_services.load(sample_services.HERE / name).script
    done = diagnose(Call(kind="script", name=str(script), run=False))
    masked = there_and_back(done, tmp_path)
    assert (masked > 0) == (name == "secret-in-source")


def there_and_back(done: Done, folder: Path) -> int:
    """Save, open, save again; gives how many secrets were masked."""
    path, again = folder / "a.zip", folder / "b.zip"
    masked = write(path, done).secrets
    back = read(path)
    if not masked:
        assert [one.evidence for one in back.diagnosed] == [one.evidence for one in done.diagnosed]
        assert [one.report for one in back.diagnosed] == [one.report for one in done.diagnosed]
    assert [[one.id for one in told.report.causes] for told in back.diagnosed] == [
        [one.id for one in told.report.causes] for told in done.diagnosed
    ]
    write(again, back)
    for one, other in zip(read(again).diagnosed, back.diagnosed, strict=True):
        assert (one.evidence, one.report) == (other.evidence, other.report)
    return masked


class Recorded:
    """An engine of which only answers are left."""

    info = EngineInfo(address="unix:///var/run/docker.sock")

    def inspect_image(self, name: str) -> Any:
        return json.loads((RECORDED / "image.json").read_text())

    def events(self, *asked: object, until: str) -> list[Any]:
        return []


@pytest.mark.parametrize("name", sorted(one.stem for one in RECORDED.glob("*.json") if one.stem != "image"))
def test_what_an_engine_told_travels(name: str, tmp_path: Path) -> None:
    answer = json.loads((RECORDED / f"{name}.json").read_text())
    evidence = Evidence(
        target=Target(kind="container", name="score"),
        container=container_of(Recorded(), answer),  # type: ignore[arg-type]
    )
    call = Call(kind="container", name="score")
    there_and_back(Done(diagnosed=(Diagnosis(call=call, report=report(), evidence=evidence),)), tmp_path)
    back = read(tmp_path / "a.zip").diagnosed[0].evidence
    assert back == evidence


def test_run_scripts_travel(tmp_path: Path) -> None:
    for name in ("model-not-global", "nan-in-answer", "healthy-schema-pandas"):
        done = diagnosed(sample_services.load(sample_services.HERE / name).script)
        there_and_back(done, tmp_path)


def test_texts_that_no_file_can_hold(tmp_path: Path) -> None:
    class Name(str):
        __slots__ = ()

    odd = Evidence(
        target=Target(kind="script", name="sc\udcffre.py"),
        script=Script(path=Name("score.py"), text="x = '\ud800'\n"),
    )
    write(
        tmp_path / "a.zip",
        Done(diagnosed=(Diagnosis(call=Call(kind="script", name="a"), report=report(), evidence=odd),)),
    )
    (back,) = read(tmp_path / "a.zip").diagnosed
    assert back.evidence is not None
    assert back.evidence.target.name == "sc\\udcffre.py"
    assert isinstance(back.evidence.script, Script)
    assert back.evidence.script.text == "x = '\\ud800'\n"


def test_reports_of_json_lines(tmp_path: Path) -> None:
    two = [report(), report(target=Target(kind="log", name="b.log"))]
    path = tmp_path / "report.json"
    path.write_text(render("json", two))
    assert is_report(path)
    assert [one.report for one in read(path).diagnosed] == two
    pretty = tmp_path / "pretty.json"
    pretty.write_text(json.dumps(json.loads(render("json", two[:1])), indent=2))
    assert [one.report for one in read(pretty).diagnosed] == two[:1]
    pretty.write_text(json.dumps([json.loads(line) for line in render("json", two).splitlines()], indent=2))
    assert [one.report for one in read(pretty).diagnosed] == two


def test_what_is_no_bundle_is_told(tmp_path: Path) -> None:
    line = render("json", [report()])
    newer = line.replace("doctor.report/1", "doctor.report/2")
    said = {
        "empty": ("", "is empty"),
        "log": ("2026 I started\n", "no schema doctor.report/1 is named in it"),
        "other": ('{"a": 1}', "no schema doctor.report/1 is named in it"),
        "text": ("Traceback", "it is no JSON"),
        "number": ("1", "is no report of doctor"),
        "newer": (newer, "was written by a newer doctor"),
        "older": (line.replace("doctor.report/1", "doctor.report/0"), "was written by an older doctor"),
        "cut": (line[: len(line) // 2], "it is cut off"),
        "second line cut": (line + line[:50], "line 2 of"),
        "changed": (line.replace('"healthy"', '"fine"'), "was it changed by hand"),
        "deep": ("[" * 200_000, "cannot be read"),
    }
    for name, (text, words) in said.items():
        path = tmp_path / f"{name}.json"
        path.write_text(text)
        with pytest.raises(CannotExamine) as told:
            read(path)
        assert words in str(told.value), (name, str(told.value))
        assert str(path) in str(told.value)
    with pytest.raises(CannotExamine, match="No such file"):
        read(tmp_path / "missing")
    with pytest.raises(CannotExamine, match="is no file"):
        read(tmp_path)


def test_archives_that_somebody_else_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "good.zip"
    write(good, planted())
    with zipfile.ZipFile(good) as archive:
        main = archive.read("doctor.json")

    def packed(name: str, files: dict[str, bytes]) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for one, content in files.items():
                archive.writestr(one, content)
        return tmp_path / name

    cut = tmp_path / "cut.zip"
    cut.write_bytes(good.read_bytes()[:-100])
    flipped = tmp_path / "flipped.zip"
    content = bytearray(good.read_bytes())
    content[300] ^= 0xFF
    flipped.write_bytes(content)
    monkeypatch.setattr("doctor.bundle.reading.LARGEST", 1 << 20)
    for path, words in (
        (packed("logs.zip", {"a.log": b"x"}), "without doctor.json"),
        (packed("out.zip", {"doctor.json": main, "../../x": b""}), "made by somebody else"),
        (packed("root.zip", {"doctor.json": main, "/etc/x": b""}), "made by somebody else"),
        (packed("bomb.zip", {"doctor.json": b" " * (2 << 20)}), "unpacks to"),
        (packed("newer.zip", {"doctor.json": main.replace(b"doctor.bundle/1", b"doctor.bundle/9")}), "newer doctor"),
        (cut, "damaged"),
        (flipped, "damaged"),
    ):
        with pytest.raises(CannotExamine) as told:
            read(path)
        assert words in str(told.value), (path.name, str(told.value))
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix != ".zip") == []


def test_triage_reads_the_logs_of_a_bundle(tmp_path: Path) -> None:
    log = Log(source="web", text="Traceback (most recent call last):\nModuleNotFoundError: No module named 'cv2'\n")
    evidence = Evidence(target=Target(kind="log", name="web"), logs=Logs(items=(log,)))
    one = Diagnosis(call=Call(kind="log", name="web"), report=report(), evidence=evidence)
    write(tmp_path / "a.zip", Done(diagnosed=(one,)))
    found = diagnose(Call(kind="log", name=str(tmp_path / "a.zip"))).diagnosed
    assert len(found) == 1
    assert "cv2" in found[0].report.causes[0].title
    assert msgspec.json.encode(found[0].report)
