"""What tests of the bench share: diagnosed samples, small scripts that break, processes that must be gone."""

import shutil
from pathlib import Path

import psutil
import sample_services

from checks.evidence import Evidence
from doctor.diagnosis.call import Call
from doctor.diagnosis.diagnosing import diagnose
from doctor.diagnosis.result import Diagnosis
from doctor.payloads.places import places_of
from doctor.payloads.records import Place
from doctor.payloads.slimming import slim

TRAPS = """
import ctypes, json, os, time

def init():
    with open(os.environ["STARTS"], "a") as file:
        file.write("started ")

def run(data):
    what = json.loads(data)["do"]
    if what == "exit":
        os._exit(3)
    if what == "crash":
        ctypes.string_at(0)
    while what == "loop":
        time.sleep(0.01)
    return {"did": what}
"""


def diagnosed(name: str, folder: Path) -> Diagnosis:
    """The diagnosis of a copy of a sample service."""
    copy = folder / name
    shutil.copytree(sample_services.HERE / name, copy)
    sample_services.make_model(copy)
    return diagnose(Call(kind="script", name=str(sample_services.load(copy).script))).diagnosed[0]


def sample_of(diagnosis: Diagnosis) -> tuple[str, bytes]:
    """Its sample: the name that findings use, and the bytes."""
    path = sample_services.load(Path(diagnosis.call.name).parent).sample
    return str(path), path.read_bytes()


def known(diagnosis: Diagnosis) -> Evidence:
    """What the judge learns of it."""
    assert diagnosis.evidence is not None
    return slim(diagnosis.evidence)


def place_of(diagnosis: Diagnosis, way: str = "probe") -> Place:
    """Where to send to."""
    return next(one for one in places_of(diagnosis) if one.way == way)


def trap(folder: Path, patience: float = 20.0) -> Place:
    """The probe of a script that does what the body says: `exit`, `crash`, `loop`."""
    (folder / "score.py").write_text(TRAPS)
    variables = {"STARTS": str(folder.parent / "starts")}
    call = Call(kind="script", name=str(folder / "score.py"), variables=variables, timeout=patience)
    return Place(way="probe", title="probe", where="a rehearsal here", live=False, call=call)


def left_over(pid: int | None = None) -> list[psutil.Process]:
    """Processes that this one started, and those started by them; not those that keep pools of other tests ready."""
    return [one for one in psutil.Process(pid).children(recursive=True) if not _is_of_a_pool(one)]


def _is_of_a_pool(process: psutil.Process) -> bool:
    try:
        return any("multiprocessing" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return True
