"""The command names a web application that is not there under that name.

What it finds
-------------
`module:name` behind gunicorn, uvicorn or hypercorn, and the server's words that it has no such module, or that the
module has no such name, held against the Python files inside.

Why it breaks
-------------
The server imports the module from its working folder and takes the application from it by name. Where either has
another name, no worker can boot.

How to fix
----------
Name the file, without `.py`, and the variable that holds the application: `app:app` for `app = Flask(__name__)` in
`app.py`.

Learn more
----------
gunicorn documentation, "Running Gunicorn": `$(MODULE_NAME):$(VARIABLE_NAME)`. uvicorn documentation, `--factory`,
`--app-dir`.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import log_lines
from checks.container.places import container_of, places_of
from checks.container.scenes import folder, frozen, seen
from checks.container.seen import command_quote
from checks.containers import Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import titled
from checks.text import listed

SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "waitress-serve"})
_TARGET = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)(?:\(.*\))?")
_MADE = re.compile(
    r"^(?P<name>[A-Za-z_]\w*)\s*(?::[^=\n]+)?=\s*(?:\w+\.)?(?:Flask|FastAPI|Starlette|Quart|Sanic|Bottle|Litestar|Dash)\(",
    re.MULTILINE,
)
_FACTORY = re.compile(r"^def (?P<name>(?:create|make|build|get)_app)\(", re.MULTILINE)


@check(
    "container.app-not-found",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "logs.own-module-not-found",
        "logs.module-not-found",
        "logs.web-application-not-found",
        "logs.app-failed-to-load",
        "container.package-not-inside",
        "container.modules-not-on-path",
    ),
)
def app_not_found(evidence: Evidence) -> Iterator[Finding]:
    """Only for the module that the command names: what the application imports is another matter."""
    container, places = container_of(evidence), places_of(evidence)
    target = _target(container)
    if target is None:
        return
    module, name = target
    home = posixpath.normpath(_home(container))
    path = f"{home}/{module.replace('.', '/')}"
    no_module = re.compile(
        rf"No module named '?{re.escape(module.split('.')[0])}'?(?:$|\s)"
        rf"|Could not import module \"{re.escape(module)}\""
    )
    no_name = re.compile(
        rf"Failed to find attribute '{re.escape(name)}' in|Attribute \"{re.escape(name)}\" not found in module"
        rf"|module '{re.escape(module)}' has no attribute '{re.escape(name)}'"
    )
    candidates = tuple(_candidates(places.inside.texts, home))
    if said := next(log_lines(evidence, no_module), None):
        if places.has(f"{path}.py") or places.has(path):
            return
        title = f"the command names the module {module}, and {home} has no {posixpath.basename(path)}.py"
        beside = sorted(
            posixpath.basename(p) for p in places.below(home) if posixpath.dirname(p) == home and p.endswith(".py")
        )
        saw = Quote(
            source="inside", text=f"{home} holds {listed(beside, 8)}" if beside else f"{home} has no Python file"
        )
    elif said := next(log_lines(evidence, no_name), None):
        title = f"the command names {module}:{name}, and {module} has no {name} at its top level"
        own = [one for one in candidates if one.startswith(f"{module}:")]
        candidates = tuple(own) or candidates
        saw = Quote(source="inside", text=f"there is {listed(list(candidates), 3) or 'no application that is known'}")
    else:
        return
    yield Finding(
        title=titled(title, 88),
        evidence=(said[0], command_quote(container), saw),
        about=(f"module:{module}",),
        fixes=tuple(_fixes(container, f"{module}:{name}", candidates, home)),
    )


def _target(container: Container) -> tuple[str, str] | None:
    """What the server is told to load, None where the command is no such server."""
    words = container.words
    at = next((n for n, word in enumerate(words) if posixpath.basename(word) in SERVERS), None)
    found = (
        next((said for word in words[at + 1 :] if (said := _TARGET.fullmatch(word))), None) if at is not None else None
    )
    return (found["module"], found["name"]) if found else None


def _home(container: Container) -> str:
    """The folder that the server imports from: its working folder, or the one that an option names."""
    words = container.words
    for option in ("--chdir", "--app-dir"):
        if option in words[:-1]:
            return posixpath.join(container.working_dir or "/", words[words.index(option) + 1])
    after = next((words[n + 1] for n, word in enumerate(words[:-1]) if word == "cd"), "")
    return posixpath.join(container.working_dir or "/", after)


def _candidates(texts: dict[str, str], home: str) -> Iterator[str]:
    """Applications that are made at the top level of a file below the folder, as `module:name`."""
    for path, text in sorted(texts.items(), key=lambda pair: (pair[0].count("/"), pair[0])):
        if path.endswith(".py") and path.startswith(f"{home.rstrip('/')}/"):
            module = path[len(home.rstrip("/")) + 1 : -3].replace("/", ".").removesuffix(".__init__")
            yield from (f"{module}:{said['name']}" for said in _MADE.finditer(text))
            yield from (f"{module}:{said['name']}()" for said in _FACTORY.finditer(text))


def _fixes(container: Container, wrong: str, candidates: tuple[str, ...], home: str) -> Iterator[Fix]:
    for one in candidates[:2]:
        words = ", ".join(f'"{one if word == wrong else word}"' for word in container.command)
        right = f"CMD [{words}]" if wrong in container.command else f"{one} instead of {wrong}"
        yield Fix(title=f"name {one} in the command", commands=(right,))
    if not candidates:
        yield Fix(
            title=f"name the file in {home} that makes the application, and its variable",
            safety=Safety.PLACEHOLDER,
            commands=("<file without .py>:<name of the application>",),
        )


FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
CODE = frozen(folder("/app", "app.py"), texts={"/app/app.py": FLASK})
WRONG = ("gunicorn", "-b", "0.0.0.0:8000", "main:app")
CASES = (
    fires(
        seen(CODE, "ModuleNotFoundError: No module named 'main'\n", command=WRONG, working_dir="/app"),
        saw="/app holds app.py",
        findings=1,
    ),
    fires(
        seen(
            CODE,
            'ERROR:    Error loading ASGI app. Could not import module "main".\n',
            command=("sh", "-c", "cd /app && uvicorn main:app --host 0.0.0.0"),
        ),
        saw="has no main.py",
    ),
    fires(
        seen(
            CODE,
            "Failed to find attribute 'application' in 'app'.\n",
            command=("gunicorn", "app:application"),
            working_dir="/app",
        ),
        saw="there is app:app",
        findings=1,
    ),
    quiet(
        seen(
            frozen(folder("/app", "main.py")),
            "ModuleNotFoundError: No module named 'main'\n",
            command=WRONG,
            working_dir="/app",
        ),
        name="the file is there",
    ),
    quiet(seen(CODE, "ModuleNotFoundError: No module named 'yaml'\n", command=WRONG, working_dir="/app")),
    quiet(seen(CODE, "ModuleNotFoundError: No module named 'main'\n", command=("python", "a.py")), name="no server"),
)
