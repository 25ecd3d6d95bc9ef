"""A bundle of a real container: its whole log, streams told apart, judged again when the container is gone."""

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import doctor

from doctor.bundle import read
from doctor.containers.engine import Engine

pytestmark = pytest.mark.docker
TEXT = (
    "import sys, time\n"
    "for at in range(3000): print('line', at, file=sys.stderr if at % 7 == 0 else sys.stdout)\n"
    "print('password=q7Zk3Wv9Xb2Lm5Np8Rt1')\n"
    "print(\"ModuleNotFoundError: No module named 'cv2'\")\n"
    "time.sleep(300)\n"
)


def test_it_outlives_its_container(
    engine: Engine, base_image: str, run_container: Callable[..., str], tmp_path: Path
) -> None:
    made = run_container(base_image, command=["python3", "-u", "-c", TEXT])
    give_up = time.monotonic() + 60
    while b"cv2" not in engine.api.logs(made):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    name = str(engine.inspect(made)["Name"]).lstrip("/")
    path = str(tmp_path / "a.zip")
    done = doctor("bundle", "docker", name, "--no-rehearse", "-o", path)
    assert done.returncode == 0, done.stderr
    engine.api.remove_container(made, force=True)
    with zipfile.ZipFile(path) as archive:
        assert not [one for one in archive.namelist() if b"q7Zk3Wv9Xb2Lm5Np8Rt1" in archive.read(one)]
        (log,) = [one for one in archive.namelist() if one.startswith("logs/")]
        assert archive.read(log).count(b"\n") == 3002
    (saved,) = read(Path(path)).diagnosed[0].logs
    assert saved.lines == 3002
    assert saved.marks
    again = doctor("triage", path, "-o", "json")
    assert [one["id"] for one in json.loads(again.stdout)["causes"]] == ["logs.module-not-found"], again.stderr
