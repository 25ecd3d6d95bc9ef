"""The entry script that the server is told to load is not inside.

What it finds
-------------
The path that `AZUREML_ENTRY_SCRIPT` (below `AML_APP_ROOT`) or `--entry_script` gives, held against the files inside; in
older images the script that the generated `main.py` loads.

Why it breaks
-------------
The server loads one file at start and finds none there. The worker exits with code 3, the server ends, and the
container restarts.

How to fix
----------
Name the script as it is called inside, relative to `AML_APP_ROOT` and in the same case; or copy it into the image.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`: `os.path.join(AML_APP_ROOT,
AZUREML_ENTRY_SCRIPT)`.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import Failed, lacking
from checks.container.places import Entry, Places, container_of, entry_of, is_server, mount_over, places_of, tail
from checks.container.remake import DEPLOYMENT, executed, made_by
from checks.container.scenes import APP, ENVIRONMENT, bind, folder, frozen, local, seen
from checks.containers import Container, LocalSource
from checks.evidence import Evidence, Missing, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import base_name, titled
from checks.text import listed

_OF_SERVER = re.compile(r"azmlinfsrv|azureml_inference|azureml-server|AZUREML_|AML_|runsv|entry:app|\bexec \"\$@\"")

EXPLAINS = (
    "logs.entry-script-not-found",
    "logs.main-script-not-found",
    "logs.file-missing",
    "logs.model-file-missing",
    "logs.server-file-missing",
    "runtime.file-missing",
    "runtime.import-raised",
)


@check(
    "container.entry-script-missing",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def entry_script_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look where the server looks, then for what may be meant."""
    container, places = container_of(evidence), places_of(evidence)
    entry = entry_of(container) or _wrapped(evidence)
    if entry is None or places.has(entry.path):
        return
    told = next((one for one in lacking(evidence) if one.path == entry.path), None)
    if told is None and _root_is_missing(container, places):  # the server then starts in another folder
        told = next((one for one in lacking(evidence) if base_name(one.path) == base_name(entry.path)), None)
    if told is None and (not places.lacks(entry.path) or _is_read_by_nobody(container, places)):
        return
    candidates = _candidates(places, entry)
    yield Finding(
        title=titled(f"the entry script {tail(entry.path)} is not inside", 88),
        evidence=(
            *_named(entry),
            *(told.quotes if told else ()),
            Quote(source="inside", text=_there(places, entry, candidates)),
            *_owned(evidence, entry),
        ),
        about=_about(entry, told),
        fixes=(
            *_command_fix(container, entry),
            *_root_fix(container, places, entry, candidates),
            *_fixes(container, entry, candidates),
        ),
        confirm=executed(container, f"ls {posixpath.dirname(entry.path)}"),
    )


def _root_is_missing(container: Container, places: Places) -> bool:
    """True when AML_APP_ROOT names a folder that was looked for and is not inside."""
    root = container.environment.get("AML_APP_ROOT", "")
    return bool(root) and not places.has(root) and places.has(posixpath.dirname(root.rstrip("/")))


def _command_fix(container: Container, entry: Entry) -> Iterator[Fix]:
    """For a deployment to be, whose script is in place: the image's own command loads another one."""
    if made_by(container) == "deployment" and entry.named_by == "--entry_script":
        yield Fix(
            title="let the image's command load the script of the deployment",
            commands=('CMD exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port 5001',),
        )


def _root_fix(container: Container, places: Places, entry: Entry, candidates: tuple[str, ...]) -> Iterator[Fix]:
    """The root below which the script lies as it is written, where the one that is named is not inside."""
    home = next((path[: -len(entry.written) - 1] for path in candidates if path.endswith(f"/{entry.written}")), "")
    if home and not entry.written.startswith("/") and _root_is_missing(container, places):
        yield Fix(title=f"set AML_APP_ROOT to {home}", commands=(f"-e AML_APP_ROOT={home}",))


def _wrapped(evidence: Evidence) -> Entry | None:
    """The script that a generated `main.py` loads, where nothing else names one and loading it failed."""
    for one in lacking(evidence):
        own = one.failure.own
        if own and one.path.endswith(".py") and "exec_module(" in own.code:
            return Entry(path=one.path, named_by=own.path, written=base_name(one.path))
    return None


def _is_read_by_nobody(container: Container, places: Places) -> bool:
    """True for a start script, or what a supervisor starts, that was read and has nothing of the inference server."""
    if is_server(container):
        return False
    named = {posixpath.normpath(posixpath.join(container.working_dir or "/", word)) for word in container.words}
    texts = [text for path, text in places.inside.texts.items() if path in named]
    return bool(texts) and not any(_OF_SERVER.search(text) for text in texts)


def _named(entry: Entry) -> Iterator[Quote]:
    """What names the script; of a `main.py` the line that failed is quoted."""
    if not entry.named_by.endswith(".py"):
        yield Quote(source=entry.named_by, text=f"{entry.written}: the server loads {entry.path}")


def _candidates(places: Places, entry: Entry) -> tuple[str, ...]:
    """Python files that may be the script: those of its name, then the only ones beside it."""
    near = [path for path in places.candidates(entry.path) if path.endswith(".py")]
    if base_name(entry.path).endswith(".py"):
        return tuple(near)
    return (f"{entry.path}.py",) if f"{entry.path}.py" in places.files else tuple(near)


def _there(places: Places, entry: Entry, candidates: tuple[str, ...]) -> str:
    parent = posixpath.dirname(entry.path)
    if candidates:
        exact = [path for path in candidates if base_name(path) == base_name(entry.path)]
        how = "the same name" if exact else "a similar name"
        return f"a file with {how} exists: {(exact or list(candidates))[0]}"
    beside = sorted(p[len(parent) + 1 :] for p in places.below(parent) if "/" not in p[len(parent) + 1 :])
    if beside:
        return f"{parent} holds {listed(beside, 8)}"
    return f"{parent} is empty" if places.is_folder(parent) else f"there is no folder {parent}"


def _owned(evidence: Evidence, entry: Entry) -> Iterator[Quote]:
    """What the person's own copy has of that name."""
    if isinstance(evidence.local, LocalSource):
        own = [f.path for f in evidence.local.files if base_name(f.path) == base_name(entry.path)]
        if own:
            yield Quote(source=evidence.local.path, text=f"the local source has {listed(own, 3)}")


def _about(entry: Entry, told: Failed | None) -> tuple[str, ...]:
    subjects = (f"file:{entry.path}", f"file:{base_name(entry.path)}", f"file:{entry.written}")
    return tuple(dict.fromkeys((*subjects, *(told.about if told else ()))))


def _fixes(container: Container, entry: Entry, candidates: tuple[str, ...]) -> Iterator[Fix]:
    parent = posixpath.dirname(entry.path)
    root = entry.path.removesuffix(entry.written).rstrip("/") if entry.path.endswith(entry.written) else parent
    for path in candidates[:2]:
        name = posixpath.relpath(path, root or "/") if not entry.written.startswith("/") else path
        if entry.named_by.endswith(".py"):
            yield Fix(
                title=f"call the file {entry.written}, as {base_name(entry.named_by)} does",
                commands=(f"COPY <folder of the code>/{base_name(path)} {entry.path}",),
                safety=Safety.PLACEHOLDER,
            )
        elif entry.named_by == "--entry_script":
            yield Fix(title=f"name {name} in the command", commands=(f"--entry_script {name}",))
        else:
            yield Fix(title=f"set AZUREML_ENTRY_SCRIPT to {name}", commands=(f"-e AZUREML_ENTRY_SCRIPT={name}",))
    mount = mount_over(container, entry.path)
    if mount and not candidates:
        yield Fix(
            title=f"put {base_name(entry.path)} into what is mounted at {mount.target}, or mount <folder of the code>",
            safety=Safety.PLACEHOLDER,
            commands=(f"-v <folder of the code>:{mount.target}",),
        )
    elif not candidates:
        yield Fix(
            title=f"copy {base_name(entry.path)} into the image, and see that .dockerignore does not leave it out",
            safety=Safety.PLACEHOLDER,
            commands=(f"COPY <folder of the code>/ {parent}/",),
        )


SERVER = ("azmlinfsrv", "--entry_script", "src/score.py")
GONE = f"FileNotFoundError: [Errno 2] No such file or directory: '{APP}/score.py'\n"
MAIN = Script(path=f"{APP}/main.py", text="import importlib.util\n\nspec.loader.exec_module(driver_module)\n")
LOADED = (
    "Traceback (most recent call last):\n"
    f'  File "{APP}/main.py", line 3, in <module>\n    spec.loader.exec_module(driver_module)\n'
    '  File "<frozen importlib._bootstrap_external>", line 1130, in get_data\n'
    f"{GONE}"
)
READ = Missing(reason="no entry script inside")

CASES = (
    fires(
        seen(
            frozen(folder(APP, "service.py")),
            command=("azmlinfsrv", "--entry_script", "main.py"),
            working_dir=APP,
            labels=DEPLOYMENT,
        ),
        name="a deployment to be, in an image whose command names another script",
    ),
    fires(
        seen(frozen(folder(APP, "Score.py", "helpers.py"))), saw=f"a similar name exists: {APP}/Score.py", findings=1
    ),
    fires(seen(frozen(folder(APP, "src/score.py"))), saw=f"the same name exists: {APP}/src/score.py"),
    fires(
        seen(
            frozen(folder(APP, "code/", "code/score.py")),
            "FileNotFoundError: [Errno 2] No such file or directory: '/var/runit/gunicorn/score.py'\n",
            environment={"AML_APP_ROOT": f"{APP}/src", "AZUREML_ENTRY_SCRIPT": "score.py"},
        ),
        saw="/var/runit/gunicorn/score.py",
        findings=1,
        name="no folder that AML_APP_ROOT names: the server looks where it stands",
    ),
    fires(seen(frozen(folder(APP, "main.py")), local=local("score.py")), saw="the local source has score.py"),
    fires(seen(frozen(folder("/opt", "x.txt")), GONE), saw="[Errno 2]", name="the place was not read, the log tells"),
    fires(
        seen(frozen(folder("/srv", "score.py")), environment={}, command=SERVER, working_dir="/srv", script=READ),
        saw="the entry script /srv/src/score.py is not inside",
        name="named by the command",
    ),
    fires(
        seen(frozen(folder(APP, "main.py", "scoring.py")), LOADED, environment={}, script=MAIN),
        saw=f"a similar name exists: {APP}/scoring.py",
        name="a generated main.py loads it",
    ),
    quiet(seen(frozen(folder(APP, "score.py")))),
    quiet(seen(frozen(folder(APP, "README.md")), environment={}), name="nothing names a script"),
    quiet(seen(frozen(folder(APP, "a.py", truncated=True))), name="not all files were listed"),
    quiet(seen(frozen(folder("/other", "a.py"))), name="the place was not looked at"),
    quiet(
        seen(frozen(folder(APP, "app.py")), command=("gunicorn", "-b", "0.0.0.0:8000", "app:app"), working_dir=APP),
        name="another server, which does not read the variable that the image sets",
    ),
    quiet(seen(frozen(folder(APP, "a.py")), command=("python", "-u", "a.py")), name="a program of one's own"),
    quiet(
        seen(
            frozen(
                folder("/app", "start.sh"), folder(APP, "a.py"), texts={"/app/start.sh": "#!/bin/sh\npython a.py\n"}
            ),
            command=("/bin/sh", "start.sh"),
            working_dir="/app",
        ),
        name="a start script that starts something else",
    ),
    fires(
        seen(
            frozen(folder(APP, "a.py")), command=("gunicorn", "-c", "/var/azureml-server/gunicorn_conf.py", "entry:app")
        ),
        saw="the entry script",
        name="the server of older images",
    ),
    fires(
        seen(
            frozen(
                folder("/app", "start.sh"), folder(APP, "a.py"), texts={"/app/start.sh": "exec azmlinfsrv --port 1\n"}
            ),
            command=("/bin/sh", "/app/start.sh"),
        ),
        saw="the entry script",
        name="a start script that starts the server",
    ),
    quiet(
        seen(
            frozen(folder(APP, "onlinescoring/score.py")),
            environment={**ENVIRONMENT, "AZUREML_ENTRY_SCRIPT": "onlinescoring/score.py"},
        ),
        name="in a folder of its own",
    ),
    quiet(
        seen(
            frozen(folder(APP, "main.py")),
            GONE.replace("score.py", "m.pkl"),
            environment={},
            mounts=(bind("/a", "/b"),),
        ),
        name="another file is missing",
    ),
)
