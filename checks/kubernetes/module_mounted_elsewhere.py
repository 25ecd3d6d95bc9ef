"""A module that cannot be imported is mounted, at a path where Python does not look.

What it finds
-------------
A log that misses a module, and a config map or secret of that container which holds the module's file in a folder that
is neither its working directory nor in PYTHONPATH.

Why it breaks
-------------
Python looks into the folder of the script that it was started with, into PYTHONPATH and the installed packages;
gunicorn and uvicorn look into the working directory. A file in another folder is in the container, and not found.

How to fix
----------
Make the folder of the file the working directory, or name it in PYTHONPATH.

Learn more
----------
Python documentation, "The initialization of the sys.path module search path"; gunicorn documentation: `chdir`.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.cluster.pods import Container
from checks.container.seen import Told, blamed
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Quote, Stage
from checks.kubernetes.code_places import mounts, value_of
from checks.kubernetes.ends import with_logs_of
from checks.kubernetes.mount_hides_code import SAYS_MISSING
from checks.kubernetes.patching import of_container
from checks.kubernetes.scenes import Made, deployment, ended, keys, pod, scene, spec, waiting
from checks.kubernetes.seen import containers, quote_field, workload_of
from checks.runtime.wording import titled

_MODULE = re.compile(r"No module named ['\"]?(?P<module>[\w.]+)")
_SAID = ("module-not-found", "own-module-not-found", "submodule-not-found")


@check(
    "kubernetes.module-mounted-elsewhere",
    needs=("workload",),
    stage=Stage.LOAD,
    confidence=Confidence.LIKELY,
    explains=SAYS_MISSING,
)
def module_mounted_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """Look for the file of a module that the log misses among the keys that are mounted."""
    workload = workload_of(evidence)
    told: set[tuple[str, str]] = set()
    for one in containers(workload):
        for line in blamed(with_logs_of(evidence, one), *_SAID):
            module = _module(line)
            if not module or (one.name, module) in told:
                continue
            found = _folder(evidence, one.spec, module)
            if found is None:
                continue
            told.add((one.name, module))
            folder, where = found
            searched = one.spec.working_dir
            looked = f", the working directory is {searched}" if searched else ", where Python does not look"
            fields = {"workingDir": folder}
            path = {"env": [{"name": "PYTHONPATH", "value": folder}]}
            yield Finding(
                title=titled(f"module `{module}` lies in {folder}{looked}", 88),
                evidence=(
                    line.quote,
                    Quote(source=where, text=f"{module}.py at {folder}"),
                    *((quote_field(one.shown, "workingDir", searched),) if searched else ()),
                ),
                about=(f"container:{one.name}", f"module:{module}"),
                fixes=(
                    of_container(f"let it work in {folder}", workload, one.name, fields, init=one.init),
                    of_container(f"let Python look into {folder}", workload, one.name, path, init=one.init),
                ),
                confirm=f"kubectl logs {workload.shown} -n {workload.namespace} -c {one.name}",
            )


def _module(line: Told) -> str:
    found = _MODULE.search(line.text)
    return found["module"].partition(".")[0] if found else ""


def _folder(evidence: Evidence, container: Container, module: str) -> tuple[str, str] | None:
    """The folder below which the module's file is mounted, outside of where Python looks, and by what."""
    workload = workload_of(evidence)
    asked = workload.spec
    if asked is None:
        return None
    searched = [container.working_dir, *value_of(container, "PYTHONPATH").split(":")]
    known = {posixpath.normpath(one) for one in searched if one}
    for mounted in mounts(workload, asked, container):
        for path in mounted.files or ():
            folder, name = posixpath.split(path)
            if name == "__init__.py":
                folder, name = posixpath.dirname(folder), f"{posixpath.basename(folder)}.py"
            if name == f"{module}.py" and posixpath.normpath(folder) not in known:
                return folder, f"{mounted.kind} {mounted.name}"
    return None


def _asked(**more: object) -> Made:
    return spec(volumeMounts=[{"name": "code", "mountPath": "/srv/api"}], workingDir="/srv", **more)


LOG = "ModuleNotFoundError: No module named 'tagging_service'"
MAP: Made = {"volumes": [{"name": "code", "configMap": {"name": "code"}}]}
CODE = (keys("code", "tagging_service.py"),)
LOOP = waiting("CrashLoopBackOff", last=ended(3), restarts=2)
PATH = _asked(env=[{"name": "PYTHONPATH", "value": "/srv/api"}])
CASES = (
    fires(
        scene(LOG, controller=deployment(_asked(), **MAP), pods=(pod(LOOP, _asked(), **MAP),), config_maps=CODE),
        saw="module `tagging_service` lies in /srv/api, the working directory is /srv",
        findings=1,
    ),
    quiet(scene(LOG, controller=deployment(PATH, **MAP), pods=(pod(LOOP, PATH, **MAP),), config_maps=CODE)),
    quiet(
        scene(LOG, controller=deployment(_asked(), **MAP), pods=(pod(LOOP, _asked(), **MAP),), config_maps=()),
        name="nobody knows what is mounted",
    ),
    quiet(scene(controller=deployment(_asked(), **MAP), pods=(pod(LOOP, _asked(), **MAP),), config_maps=CODE)),
)
