"""`doctor check --image` in real images: what becomes of the service, what was asked, and that nothing is left."""

import importlib.util
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import images
import msgspec
import pytest
from sample_services import HERE, copy_all, load_container

from checks.containers import Answers
from checks.finding import Finding, Safety
from doctor.command.main import run
from doctor.containers import image_gate
from doctor.containers.engine import Engine
from doctor.containers.image_gate import NAME, check_in_image
from doctor.containers.owned import LABEL, OWNER
from doctor.engine import Examination, Options
from doctor.errors import CannotExamine
from doctor.fixing import new_texts, safe_edits
from doctor.report import Report, Verdict

pytestmark = pytest.mark.docker

ROOT_OF_PROJECT = Path(__file__).parents[2]
SUMS = "import json\n\ndef init():\n    pass\n\ndef run(data):\n    return sum(json.loads(data)['data'])\n"
HANGS = "import threading\n\ndef init():\n    threading.Event().wait()\n\ndef run(data):\n    return 1\n"
SAMPLE = '{"data": [1, 2]}'
Image = Callable[[str], str]
Built = Callable[..., str]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("services")
    copy_all(root, ("healthy-sklearn", "model-not-global", "payload-key", "healthy-several-models", "healthy-batch"))
    return root


@pytest.fixture
def built(engine: Engine) -> Iterator[Built]:
    """An image made from another one by the lines of a Dockerfile; it is removed after the test."""
    made: list[str] = []

    def build(folder: Path, start: str, *lines: str) -> str:
        place = folder / "image"
        place.mkdir()
        (place / "Dockerfile").write_text("\n".join([f"FROM {start}", *lines, ""]))
        tag = f"h9-{folder.name}".lower()
        for part in engine.api.build(path=str(place), tag=tag, rm=True, forcerm=True, decode=True):
            assert "error" not in part, part
        made.append(tag)
        return tag

    yield build
    for tag in made:
        engine.api.remove_image(tag, force=True)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a service into the current folder; gives its script."""
    monkeypatch.chdir(tmp_path)

    def write(script: str, sample: str | None = SAMPLE, **files: str) -> Path:
        Path("score.py").write_text(script)
        if sample is not None:
            Path("sample.json").write_text(sample)
        for name, text in files.items():
            place = Path(name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return Path("score.py")

    return write


def causes(found: Examination) -> list[str]:
    return [cause.id for cause in found.report.causes]


def told(report: Report) -> str:
    """What to read when a test fails."""
    return "\n".join([report.verdict, *(f"{one.id}: {one.title}" for one in report.findings), *report.notes])


def speaks_of_the_deployment(found: Examination) -> None:
    """No words about a container that is gone, and a command that passes once all is cured."""
    for one in (*found.report.causes, *found.report.findings):
        assert str(one.confirm).startswith("doctor check "), one
        assert " --image " in str(one.confirm), one
        commands = [command for fix in one.fixes for command in fix.commands]
        assert not [command for command in commands if NAME in command or "docker exec" in command], one
        assert not [fix.title for fix in one.fixes if "the container anew" in fix.title], one
    assert not {one.id for one in found.report.findings} & image_gate.NOT_ASKED
    skipped = {one.id for one in found.report.checks.skipped}
    assert not skipped & image_gate.NOT_ASKED


def broken(found: Examination, cause: str, line: int | None = None) -> Finding:
    """The first cause, when it is this one, at that line of the person's own script."""
    assert causes(found)[:1] == [cause], told(found.report)
    assert found.report.verdict is Verdict.FAILING
    assert not found.report.checks.crashed
    speaks_of_the_deployment(found)
    first = found.report.causes[0]
    if line is not None:
        assert (first.evidence[0].source, first.evidence[0].line) == ("score.py", line), first.evidence
    return first


def test_a_healthy_service(
    samples: Path, image: Image, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(samples / "healthy-sklearn")
    code = run(["check", "score.py", "--image", image("current"), "-o", "json"])
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    assert (code, report.verdict) == (0, Verdict.HEALTHY), told(report)
    notes = "\n".join(report.notes)
    assert "asked GET / 200, GET /swagger.json 200, POST /score with sample.json 200 in " in notes
    assert "AZUREML_MODEL_DIR held the contents of model, found beside the script" in notes
    assert "sent sample.json, found beside the script" in notes
    assert "the server answered after " in notes
    assert "rehearsed in a throwaway container of the same image" in notes


def test_every_sample_is_really_sent(service: Callable[..., Path], image: Image, engine: Engine) -> None:
    """The server's own count tells; doctor may ask for nothing to be scored but what was given."""
    counts = (
        "number = 0\n\ndef init():\n    pass\n\ndef run(data):\n    global number\n    number += 1\n    return number\n"
    )
    script = service(counts, **{"other.json": "[]"})
    found = check_in_image(script, image("current"), Options(samples=(Path("sample.json"), Path("other.json"))))
    assert isinstance(found.evidence.answers, Answers)
    asked = [(one.method, one.path, one.status, one.sample) for one in found.evidence.answers.items]
    assert ("GET", "/", 200, None) in asked
    assert ("GET", "/swagger.json", 200, None) in asked
    posts = [(one.sample, one.body) for one in found.evidence.answers.items if one.method == "POST"]
    assert posts == [("sample.json", "1"), ("other.json", "2")]


def test_an_old_image_under_its_supervisor(service: Callable[..., Path], image: Image, tmp_path: Path) -> None:
    found = check_in_image(service(SUMS), image("old"), Options())
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)
    assert any("POST /score with sample.json 200" in note for note in found.report.notes)


def test_a_package_that_only_this_machine_has(samples: Path, image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    assert importlib.util.find_spec("pandas"), "else the test says nothing"
    monkeypatch.chdir(samples / "payload-key")
    cause = broken(check_in_image(Path("score.py"), image("current"), Options()), "container.package-not-inside", 5)
    assert "pandas" in cause.title
    assert cause.fixes[0].commands == (
        "RUN conda env update -f conda.yml",
        f"docker build --no-cache -t {image('current')} .",
    )


def test_a_fix_is_for_the_local_file(samples: Path, image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(samples / "model-not-global")
    found = check_in_image(Path("score.py"), image("current"), Options())
    cause = broken(found, "entry-script.model-not-global", 10)
    assert {fix.safety for fix in cause.fixes} >= {Safety.SAFE}
    texts = new_texts(found.evidence, safe_edits(found.report.findings))
    assert [Path(path).resolve() for path in texts] == [Path("score.py").resolve()]
    assert any("POST /score with sample.json 500" in note for note in found.report.notes)
    refused = [one for one in found.report.findings if one.id == "container.sample-refused"]
    assert refused, "a sample that fails is a finding"


def test_init_raises(service: Callable[..., Path], image: Image) -> None:
    text = (
        "import os\n\ndef init():\n    global rate\n    rate = float(os.environ['RATE'])\n\n"
        "def run(data):\n    return rate\n"
    )
    script = service(text)
    cause = broken(check_in_image(script, image("current"), Options()), "container.variable-not-set", 5)
    assert "environment_variables" in cause.fixes[0].title
    found = check_in_image(script, image("current"), Options(variables={"RATE": "fast"}))
    assert " --set RATE=fast" in str(broken(found, causes(found)[0], 5).confirm)
    found = check_in_image(script, image("current"), Options(variables={"RATE": "0.5"}))
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)


def test_no_model_folder_was_given(samples: Path, image: Image, service: Callable[..., Path]) -> None:
    script = service((samples / "healthy-sklearn" / "score.py").read_text())
    cause = broken(check_in_image(script, image("current"), Options()), "runtime.model-folder-not-given", 10)
    assert cause.fixes[0].commands == (f"doctor check score.py --image {image('current')} --model-dir <folder>",)


def test_the_wrong_payload(service: Callable[..., Path], image: Image) -> None:
    found = check_in_image(service(SUMS, '{"rows": [1]}'), image("current"), Options())
    assert found.report.causes[0].evidence[0].line == 7, told(found.report)
    speaks_of_the_deployment(found)


def test_init_hangs(service: Callable[..., Path], image: Image) -> None:
    began = time.monotonic()
    found = check_in_image(service(HANGS), image("current"), Options(timeout=3))
    broken(found, "container.init-hangs", 4)
    assert "the server did not answer within 3 s (--timeout)" in found.report.notes
    assert time.monotonic() - began < 40


def test_too_little_memory(service: Callable[..., Path], image: Image) -> None:
    text = "def init():\n    global table\n    table = bytes(range(256)) * 2_000_000\n\ndef run(data):\n    return 1\n"
    found = check_in_image(service(text), image("current"), Options(memory_limit=200_000_000))
    cause = broken(found, "container.out-of-memory", 3)
    assert str(cause.confirm).endswith(" --memory 200M")


def test_no_server_in_the_image(service: Callable[..., Path], engine: Engine) -> None:
    found = check_in_image(service(SUMS), images.base(engine.api), Options())
    broken(found, "container.server-not-installed")
    assert "the image starts nothing by itself, so azmlinfsrv was started in it" in found.report.notes


def test_no_python_in_the_image(service: Callable[..., Path], engine: Engine, built: Built, tmp_path: Path) -> None:
    tag = built(tmp_path, images.base(engine.api), "RUN rm -rf /usr/bin/python3*", 'CMD ["sleep", "100"]')
    found = check_in_image(service(SUMS), tag, Options(timeout=2))
    assert causes(found)
    assert any("the image starts `sleep 100`" in note for note in found.report.notes)
    assert any("no Python was found in the image" in note for note in found.report.notes)
    speaks_of_the_deployment(found)


def test_an_image_for_another_processor(service: Callable[..., Path], engine: Engine) -> None:
    tag = images.image_for(engine.api, load_container(HERE / "arm-image"))
    broken(check_in_image(service(SUMS), tag, Options()), "container.platform-mismatch")


def test_an_unknown_image_and_one_by_its_id(service: Callable[..., Path], image: Image, engine: Engine) -> None:
    script = service(SUMS)
    with pytest.raises(CannotExamine, match=r"no image `doctor-test/curent`; the nearest is `doctor-test/current:"):
        check_in_image(script, "doctor-test/curent", Options())
    found = check_in_image(script, str((engine.inspect_image(image("current")) or {})["Id"]), Options())
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)


def test_a_batch_script_is_refused(samples: Path, image: Image) -> None:
    with pytest.raises(CannotExamine, match="batch script"):
        check_in_image(samples / "healthy-batch" / "score.py", image("current"), Options())


def test_a_script_in_a_folder_below(service: Callable[..., Path], image: Image) -> None:
    """As the platform of today lays it: the script's own folder is the root."""
    text = "from helper import double\n\ndef init():\n    pass\n\ndef run(data):\n    return double(data)\n"
    service(
        SUMS,
        **{"code/score.py": text, "code/helper.py": "def double(x):\n    return x * 2\n", "code/sample.json": "{}"},
    )
    found = check_in_image(Path("code/score.py"), image("current"), Options())
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)
    assert any("POST /score with code/sample.json 200" in note for note in found.report.notes)


def test_several_models(service: Callable[..., Path], image: Image) -> None:
    text = (
        "import os\n\ndef init():\n    global both\n    root = os.environ['AZUREML_MODEL_DIR']\n"
        "    both = [open(f'{root}/{name}').read() for name in ('ridge/1/a.txt', 'tree/2/b.txt')]\n\n"
        "def run(data):\n    return both\n"
    )
    script = service(text, **{"azureml-models/ridge/1/a.txt": "a", "azureml-models/tree/2/b.txt": "b"})
    found = check_in_image(script, image("current"), Options(model_dir=Path("azureml-models")))
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)
    assert isinstance(found.evidence.answers, Answers)
    assert [one.body for one in found.evidence.answers.items if one.method == "POST"] == ['["a", "b"]']


def test_a_large_model(service: Callable[..., Path], image: Image, tmp_path: Path) -> None:
    text = (
        "import os\n\ndef init():\n    global size\n"
        "    size = os.path.getsize(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'weights.bin'))\n\n"
        "def run(data):\n    return size\n"
    )
    script = service(text, **{"model/weights.bin": ""})
    with Path("model/weights.bin").open("wb") as file:
        file.truncate(300_000_000)
    code = (
        "import re, sys\nfrom doctor.command.main import run\ncode = run(sys.argv[1:])\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(script), "--image", image("current")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT_OF_PROJECT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stderr.split()[-1]) < 150_000, "kB: the model was held in memory"


def test_another_user(service: Callable[..., Path], image: Image, built: Built, tmp_path: Path) -> None:
    tag = built(tmp_path, image("current"), "RUN useradd --uid 1001 scoring", "USER scoring")
    script = service(SUMS)
    script.chmod(0o600)
    found = check_in_image(script, tag, Options())
    assert found.report.verdict is Verdict.HEALTHY, told(found.report)


def test_an_entrypoint_that_is_no_server(
    service: Callable[..., Path], image: Image, built: Built, tmp_path: Path
) -> None:
    tag = built(tmp_path, image("current"), 'ENTRYPOINT ["python3", "-m", "http.server", "5001"]', "CMD []")
    found = check_in_image(service(SUMS), tag, Options())
    assert found.report.verdict is Verdict.FAILING
    assert "container.sample-refused" in {one.id for one in found.report.findings}, told(found.report)
    speaks_of_the_deployment(found)
    assert any("`python3 -m http.server 5001`, which was left as it is" in note for note in found.report.notes)


def test_a_command_that_names_another_script(
    service: Callable[..., Path], image: Image, built: Built, tmp_path: Path
) -> None:
    tag = built(tmp_path, image("current"), 'CMD ["azmlinfsrv", "--entry_script", "main.py", "--port", "5001"]')
    found = check_in_image(service(SUMS), tag, Options())
    broken(found, "container.entry-script-missing")
    assert any("makes the server load /var/azureml-app/main.py" in note for note in found.report.notes)


def test_a_server_on_another_port(service: Callable[..., Path], image: Image, built: Built, tmp_path: Path) -> None:
    tag = built(tmp_path, image("current"), 'CMD ["azmlinfsrv", "--entry_script", "score.py", "--port", "8080"]')
    began = time.monotonic()
    found = check_in_image(service(SUMS), tag, Options())
    broken(found, "container.port-mismatch")
    assert time.monotonic() - began < 45, "not waited for to the end of --timeout"


def test_two_scripts_in_one_call(
    service: Callable[..., Path], image: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    service(SUMS, **{"b/score.py": SUMS, "b/sample.json": '{"rows": 1}'})
    code = run(["check", "score.py", "b/score.py", "--image", image("current"), "-o", "json"])
    found = [msgspec.json.decode(line, type=Report) for line in capsys.readouterr().out.splitlines()]
    assert (code, [one.verdict for one in found]) == (1, [Verdict.HEALTHY, Verdict.FAILING])


def test_a_baseline_of_a_deployment(
    service: Callable[..., Path], image: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    service(SUMS.replace("    pass", "    raise ValueError('no')"))
    words = ["check", "score.py", "--image", image("current"), "--baseline", "known.json", "-q"]
    assert run([*words, "--write-baseline"]) == 0
    assert run(words) == 0
    assert "no" in Path("known.json").read_text()
    assert run(words[:-3]) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_it_is_ended(
    number: signal.Signals, service: Callable[..., Path], image: Image, engine: Engine, tmp_path: Path
) -> None:
    service(HANGS)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "doctor", "check", "score.py", "--image", image("current")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PYTHONPATH": str(ROOT_OF_PROJECT), "PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)},
    )

    def of_process() -> list[str]:
        every = engine.api.containers(all=True, filters={"label": LABEL})
        return [one["Status"] for one in every if f":{process.pid}:" in one["Labels"].get(OWNER, "")]

    give_up = time.monotonic() + 30
    while not any(status.startswith("Up") for status in of_process()):
        assert time.monotonic() < give_up, "it was never started"
        time.sleep(0.05)
    process.send_signal(number)
    output = process.communicate(timeout=30)[0]
    assert process.returncode in {130, -number}, output
    assert of_process() == []
    assert list(temporary.iterdir()) == []
