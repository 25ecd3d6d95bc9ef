"""A container of the first generation's layout: the same evidence while it runs and after it has ended."""

import time
from collections.abc import Callable

import pytest
from images import base
from sample_services import Wait
from starting import wait_for

from checks.evidence import EnvironmentFile, ModelFolder, Script, SourceTree
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.frozen import collect_frozen
from doctor.containers.inspection import container_of
from doctor.containers.running import Looked, look
from doctor.containers.service_files import ServiceFiles, service_files

pytestmark = pytest.mark.docker

APP = "/var/azureml-app"
MODEL = f"{APP}/azureml-models/m/1"
MAKE = f"""
import os, pickle, time
os.makedirs("{MODEL}/sub")
os.chdir("{APP}")
open("main.py", "w").write('''import importlib.util as imp
driver_module_spec = imp.spec_from_file_location('service_driver', 'score.py')
driver_module = imp.module_from_spec(driver_module_spec)
def init(): driver_module.init()
def run(data): return driver_module.run(data)
''')
open("score.py", "wb").write(b"# -*- coding: latin-1 -*-\\r\\ntext = '\\xe9'\\r\\n")
open("helper.py", "w").write("x = 1")
open("conda.yml", "w").write("dependencies:\\n- python=3.8\\n- pip:\\n  - numpy==1.26.4\\n")
pickle.dump([1, 2], open("{MODEL}/model.pkl", "wb"), protocol=4)
open("{MODEL}/sub/weights.bin", "wb").truncate(40 << 20)
os.symlink("model.pkl", "{MODEL}/latest.pkl")
pickle.dump([3], open("/opt/aside.pkl", "wb"))
os.symlink("/opt/aside.pkl", "{MODEL}/aside.pkl")
open("ready", "w")
time.sleep(600)
"""


def test_running_and_ended_alike(engine: Engine, run_container: Callable[..., str], brought: Brought) -> None:
    name = run_container(
        base(engine.api),
        command=["python3", "-c", MAKE],
        environment={"AZUREML_MODEL_DIR": MODEL},
        host={"network_mode": "none"},
    )
    give_up = time.monotonic() + 20
    while f"{APP}/ready" not in str(engine.api.diff(name)):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    container = container_of(engine, engine.inspect(name))
    looked = look(engine, container, brought)
    assert isinstance(looked, Looked), looked
    files = service_files(container, looked.inside, brought, None)
    engine.api.kill(name)
    wait_for(engine.api, name, Wait("exited", 20))
    with Brought() as again:
        container = container_of(engine, engine.inspect(name))
        still = collect_frozen(engine, container, again)
        assert service_files(container, still, again, None) == files
    _judge(files)


def _judge(files: ServiceFiles) -> None:
    assert files.script == Script(
        path=f"{APP}/score.py", text="# -*- coding: latin-1 -*-\r\ntext = 'é'\r\n", encoding="iso-8859-1"
    )
    assert isinstance(files.source, SourceTree)
    assert {"main.py", "score.py", "helper.py"} <= set(files.source.files)
    assert isinstance(files.environment, EnvironmentFile)
    assert (files.environment.path, files.environment.python) == (f"{APP}/conda.yml", "3.8")
    assert isinstance(files.models, ModelFolder)
    by_name = {file.path: file for file in files.models.files}
    assert (by_name["model.pkl"].format, by_name["model.pkl"].protocol) == ("pickle", 4)
    assert by_name["latest.pkl"].format == "pickle"
    assert by_name["aside.pkl"].format == "pickle"
    assert by_name["sub/weights.bin"].size == 40 << 20
    assert "42 MB were left inside" in str(by_name["sub/weights.bin"].note)
