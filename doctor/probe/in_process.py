"""The rehearsal in doctor's own interpreter, on the person's own files: for breakpoints and notebooks.

No time limit and no memory limit hold here, and output goes where it always goes.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from checks.evidence import Missing, Probe
from doctor.probe import probe as the_probe
from doctor.probe.launcher import Rehearsal, Running, lay_stage, plan_of, variables_of
from doctor.probe.record import Ending, build

_OWN = ("checks", "doctor", "tui")


class InProcess(Running):
    """Runs when waited for, in the thread that waits."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._answer: Probe | Missing | None = None

    def wait(self) -> Probe | Missing:
        """Run it here and now; later calls give the same answer."""
        if self._answer is None:
            self._answer = self._run()
        return self._answer

    def _run(self) -> Probe | Missing:
        rehearsal = self._rehearsal
        app_root = rehearsal.script.parent.resolve()
        stage = lay_stage(rehearsal, copy_code=False)
        try:
            stage.original = (str(app_root), str(rehearsal.script.parent))
            plan = plan_of(rehearsal, stage, app_root, None)
            plan |= {"timeout": 0, "protected_files": [], "protected": [str(stage.models)]}
            if rehearsal.model_dir is not None:
                plan["protected"].append(str(rehearsal.model_dir.resolve()))
            channel = the_probe.Memory()
            began = time.perf_counter()
            with _borrowed(app_root, variables_of(rehearsal, stage, app_root), str(stage.root / "tmp")):
                the_probe.rehearse(plan, channel)
            ending = Ending(code=None, seconds=time.perf_counter() - began)
            built = build(json.loads(json.dumps(channel.records)), stage, ending, in_process=True)
            return built or Missing(reason="the probe wrote nothing")
        finally:
            stage.remove()


@contextmanager
def _borrowed(app_root: Path, variables: dict[str, str], temporary: str) -> Iterator[None]:
    """Hand the interpreter to the script, and put everything back afterwards."""
    here, path, argv, environment = Path.cwd(), sys.path[:], sys.argv[:], dict(os.environ)
    hooks, finders, bytecode = sys.excepthook, sys.meta_path[:], sys.dont_write_bytecode
    streams, trace = (sys.stdout, sys.stderr, sys.stdin), sys.gettrace()
    before = dict(sys.modules)
    hidden = {name: sys.modules.pop(name) for name in before if name.partition(".")[0] in _OWN}
    os.environ.pop("AZUREML_MODEL_DIR", None)
    os.environ.update(variables, TMPDIR=temporary)
    sys.dont_write_bytecode = True
    os.chdir(app_root)
    try:
        yield
    finally:
        sys.path[:], sys.argv[:], sys.meta_path[:] = path, argv, finders
        sys.excepthook, sys.dont_write_bytecode = hooks, bytecode
        sys.stdout, sys.stderr, sys.stdin = streams
        if sys.gettrace() is None and trace is not None and threading.current_thread() is threading.main_thread():
            sys.settrace(trace)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(here)
        _forget(before, app_root)
        sys.modules.update(hidden)


def _forget(before: dict[str, ModuleType], app_root: Path) -> None:
    """Drop the script's own modules, so that the next rehearsal loads them anew."""
    for name, module in list(sys.modules.items()):
        if before.get(name) is module:
            continue
        place = getattr(module, "__file__", None) or ""
        own = place.startswith(str(app_root) + os.sep) and f"{os.sep}site-packages{os.sep}" not in place
        if own or name.partition(".")[0] in _OWN:
            del sys.modules[name]
    for name, module in before.items():
        sys.modules.setdefault(name, module)
    # These two remember what they decorated by the name of the function, and the entry script's is always the same.
    util = sys.modules.get("inference_schema.schema_util")
    for registry in (getattr(util, "__functions_schema__", {}), getattr(util, "__versions__", {})):
        for name in [name for name in registry if name.startswith("entry_module.")]:
            del registry[name]
    if request := sys.modules.get("azureml_inference_server_http.api.aml_request"):
        vars(request)["_rawHttpRequested"] = False
