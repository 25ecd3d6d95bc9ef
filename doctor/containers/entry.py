"""What of a container is to be rehearsed: the person's script, where its code lies, and what the server gives it."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from checks.containers import Container
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.inside_records import CODE_ROOTS
from doctor.containers.paths_inside import head
from doctor.containers.wrapped_script import wrapped
from doctor.redact import MASK

MOST_TEXT = 4 * 1024 * 1024  # bytes of a script
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^$`]*)\Z")
_IN_PLACE = frozenset({"azmlinfsrv", "gunicorn", "uvicorn", "hypercorn", "flask", "waitress-serve"})


@dataclass(frozen=True)
class Entry:
    """The script to rehearse, None when it is not there, with its text; paths are those inside.

    `code` is the folder whose files count as the person's own, `cwd` the server's working folder, `models` what holds
    the models, `variables` are those that the server sets for its script.
    """

    script: str | None
    text: str
    app_root: str
    code: str
    cwd: str
    models: str
    variables: dict[str, str]


Read = Callable[[str], str | None]
"""Gives the text of a file inside by its absolute path, None where it is not there."""


def entry_of(engine: Engine, container: Container, brought: Brought, python: str) -> Entry:
    """Find the script. A generated `main.py` that only wraps it gives way to the person's own.

    `python` is the interpreter: a folder that holds it, too, is more than the person's own code.
    """
    return found_entry(lambda path: text_of(engine, container, path, brought), container, python)


def found_entry(read: Read, container: Container, python: str) -> Entry:
    """As `entry_of`, where files are read in another way."""
    script, text = _loaded(read, container)
    if script is not None:
        for name in wrapped(text):
            for folder in dict.fromkeys((posixpath.dirname(script), container.app_root)):
                own = posixpath.normpath(posixpath.join(folder, name))
                if own != script and (own_text := read(own)) is not None:
                    return _entry(container, own, own_text, python)
    return _entry(container, script, text, python)


def _loaded(read: Read, container: Container) -> tuple[str | None, str]:
    """The entry script and its text; under the other root of the code where it is not under the first."""
    path = container.entry_script
    below = [root for root in CODE_ROOTS if path.startswith(root + "/")]
    for one in (path, *(other + path[len(root) :] for root in below for other in CODE_ROOTS if other != root)):
        if (text := read(one)) is not None:
            return one, text
    return None, ""


def _entry(container: Container, script: str | None, text: str, python: str) -> Entry:
    root = container.app_root.rstrip("/") or "/"
    folder = posixpath.dirname(script or container.entry_script)
    within = (folder + "/").startswith(root + "/") and not python.startswith(root + "/") and root != "/"
    variables = _assigned(container) | {"AML_APP_ROOT": root}
    if (options := container.server_options) is not None:
        variables["AZUREML_ENTRY_SCRIPT"] = container.entry_script
        if "model_dir" in options:
            variables["AZUREML_MODEL_DIR"] = options["model_dir"]
    return Entry(
        script=script,
        text=text,
        app_root=root,
        code=root if within else folder,
        cwd=_cwd(container, root),
        models=_models(container, root),
        variables=variables,
    )


def _assigned(container: Container) -> dict[str, str]:
    """Variables that the command line itself sets: `export NAME=value; azmlinfsrv …`, `env NAME=value azmlinfsrv …`.

    Only plain values: what a shell would have to work out is left alone, and so is what was redacted.
    """
    found = {}
    for word in takewhile(lambda word: posixpath.basename(word) not in _IN_PLACE, container.words):
        match = _ASSIGNMENT.match(word)
        if match and MASK not in match[2]:
            found[match[1]] = match[2]
    return found


def text_of(engine: Engine, container: Container, path: str, brought: Brought) -> str | None:
    """A script's text, from what was brought out already or from the container; None when it is not there."""
    here = brought.path(path)
    if here.is_file() and not here.is_symlink():
        return here.read_bytes()[:MOST_TEXT].decode("utf-8", "replace")
    content = head(engine, container.id, path, MOST_TEXT)
    return None if content is None else content.decode("utf-8", "replace")


def _cwd(container: Container, root: str) -> str:
    """Servers that the image starts itself run in its working folder; its start scripts go to the code first."""
    words = {posixpath.basename(word) for word in container.words}
    if container.server_options is not None and not container.environment.get("AML_APP_ROOT"):
        return root  # which is the working folder then
    return (container.working_dir or "/") if words & _IN_PLACE else root


def _models(container: Container, root: str) -> str:
    folder = container.model_dir
    registered = f"{root}/azureml-models"
    return registered if not folder or (folder + "/").startswith(registered + "/") else folder
