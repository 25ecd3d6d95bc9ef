"""What of a container is to be rehearsed: the person's script, where its code lies, and what the server gives it."""

import ast
import posixpath
from dataclasses import dataclass

from checks.containers import Container
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.paths_inside import head

MOST_TEXT = 4 * 1024 * 1024  # bytes of a script
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


def entry_of(engine: Engine, container: Container, brought: Brought) -> Entry:
    """Find the script. A generated `main.py` that only wraps it gives way to the person's own."""
    script: str | None = container.entry_script
    text = text_of(engine, container, container.entry_script, brought)
    if text is None:
        script = None
    elif posixpath.basename(container.entry_script) == "main.py" and (inner := wrapped_script(text)):
        own = posixpath.join(posixpath.dirname(container.entry_script), inner)
        if (own_text := text_of(engine, container, own, brought)) is not None:
            script, text = own, own_text
    root = container.app_root.rstrip("/") or "/"
    folder = posixpath.dirname(script or container.entry_script)
    within = root != "/" and (folder + "/").startswith(root + "/")
    variables = {"AML_APP_ROOT": root}
    if (options := container.server_options) is not None:
        variables["AZUREML_ENTRY_SCRIPT"] = container.entry_script
        if "model_dir" in options:
            variables["AZUREML_MODEL_DIR"] = options["model_dir"]
    return Entry(
        script=script,
        text=text or "",
        app_root=root,
        code=root if within else folder,
        cwd=_cwd(container, root),
        models=_models(container, root),
        variables=variables,
    )


def wrapped_script(text: str) -> str | None:
    """The file that a generated `main.py` loads as its `driver_module`, relative to its folder; None for any other."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in node.names:
                if (name.asname or name.name) == "driver_module":
                    return name.name.replace(".", "/") + ".py"
    if "driver_module" not in bound:
        return None
    written = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return next((one for one in written if one.endswith(".py") and "\n" not in one), None)


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
