"""A model file is there, and its mode keeps the container's user out.

What it finds
-------------
A file below `AZUREML_MODEL_DIR` that the script loads, or a folder on the way to it, whose owner and mode do not let
the user of the container read.

Why it breaks
-------------
A container that does not run as root reads what the mode lets everybody read. Models written by a training job or by
another user often have mode 600 or lie in a folder of mode 700, and keep it when they are copied or mounted.

How to fix
----------
`chmod -R a+rX` on the folder, on the host for a mount, in the Dockerfile for a copy.

Learn more
----------
Source: path_resolution(7), "Permissions". Dockerfile reference, `COPY --chown` and `COPY --chmod`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import DENIED, Failed, refused
from checks.container.identity import User, described, obstacle, user_of
from checks.container.permission_denied import EXPLAINS, is_unreadable_model
from checks.container.places import Places, container_of, model_dir, mount_named, mount_over, places_of, served, tail
from checks.container.scenes import APP, MODELS, SCRIPT, bind, file, folder, frozen, seen, traceback
from checks.containers import Container, Folder
from checks.entry_script.module import parse
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import base_name, titled


@check(
    "container.model-not-readable",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=(*EXPLAINS, "logs.model-file-missing", "logs.model-library-error", "runtime.model-file-missing"),
)
def model_not_readable(evidence: Evidence) -> Iterator[Finding]:
    """First what was refused; then what the script names and the mode forbids."""
    container, places = container_of(evidence), places_of(evidence)
    user = user_of(container, places.inside)
    told = [one for one in refused(evidence, DENIED) if is_unreadable_model(container, places, one)]
    for closed, calls in _by_obstacle(places, user, told).items():
        first = min(calls, key=lambda one: one.failure.own is None)  # the script's own call says more than the server's
        yield first.finding(
            titled(f"{_what(places, closed)} is closed to user {user.shown}", 88),
            saw=(Quote(source="inside", text=described(closed, places.files[closed])), *_mount(container, closed)),
            about=tuple(entry for one in calls for entry in one.about),
            fixes=_fixes(container, closed, user),
        )
    if told or user.is_root or user.uid is None or served(evidence):
        return
    for path in _named(evidence, container, places):
        stands = obstacle(user, places, path, "read")
        if stands:
            yield Finding(
                title=titled(f"{_what(places, stands[0])} is closed to user {user.shown}", 88),
                evidence=(Quote(source="inside", text=described(stands[0], stands[1])), *_mount(container, path)),
                severity=Severity.WARNING,
                about=(f"file:{path}", f"file:{base_name(path)}"),
                fixes=_fixes(container, stands[0], user),
            )
            return


def _by_obstacle(places: Places, user: User, calls: list[Failed]) -> dict[str, list[Failed]]:
    """Refused calls by the path that stands against them: what the server and the script met is one fault."""
    found: dict[str, list[Failed]] = {}
    for one in calls:
        stands = obstacle(user, places, one.path, "read")
        found.setdefault(stands[0] if stands else one.path, []).append(one)
    return found


def _what(places: Places, path: str) -> str:
    """A file or folder of the model in words."""
    kind = "folder" if places.is_folder(path) else "file"
    return f"the model {kind} {base_name(path)}" if kind == "file" else f"the folder {tail(path)} of the model"


def _named(evidence: Evidence, container: Container, places: Places) -> Iterator[str]:
    """Files of the model folder whose names stand in the script."""
    root = model_dir(container)
    if root is None or not isinstance(evidence.script, Script):
        return
    texts = {node.value for node in parse(evidence.script.text).all(ast.Constant) if isinstance(node.value, str)}
    names = {base_name(text) for text in texts if text}
    yield from (path for path in places.below(root) if base_name(path) in names)


def _mount(container: Container, path: str) -> tuple[Quote, ...]:
    mount = mount_over(container, path)
    return (Quote(source=f"mount {mount.target}", text=mount_named(mount)),) if mount else ()


def _fixes(container: Container, path: str, user: User) -> tuple[Fix, ...]:
    mount = mount_over(container, path)
    if mount and mount.kind == "bind" and mount.source:
        source = mount.source.rstrip("/") + path[len(mount.target.rstrip("/")) :]
        return (Fix(title=f"make {source} readable, on the host", commands=(f"chmod -R a+rX {source}",)),)
    return (
        Fix(
            title=f"make {path} readable when the image is built, or copy it with --chown={user.owner}",
            commands=(f"RUN chmod -R a+rX {path}",),
        ),
    )


DENIES = traceback(f"PermissionError: [Errno 13] Permission denied: '{MODELS}/model.pkl'")
HIDDEN = Folder(path=MODELS, files=(), mode=0o700, problem="Permission denied")
CLOSED = frozen(folder(MODELS, file("model.pkl", mode=0o600)))
READS = Script(path=f"{APP}/score.py", text=SCRIPT)

CASES = (
    fires(seen(CLOSED, DENIES, user="1000"), saw=f"{MODELS}/model.pkl: file of 0:0, mode 600", line=6, findings=1),
    fires(seen(CLOSED, DENIES, user="1000", mounts=(bind("/home/me/m", MODELS),)), saw="the host's /home/me/m"),
    fires(
        seen(
            frozen(folder("/var/azureml-app/azureml-models", file("churn/", mode=0o700, uid=5), "churn/3/model.pkl")),
            script=READS,
            user="1000",
        ),
        saw="folder of 5:0, mode 700",
        name="foreseen: a folder on the way",
    ),
    fires(
        seen(
            frozen(HIDDEN),
            f"PermissionError: [Errno 13] Permission denied: '{MODELS}'\n{DENIES}",
            user="1000",
            script=READS,
        ),
        saw="churn/3 of the model is closed to user 1000",
        line=6,
        findings=1,
        name="a closed folder, met by the server and by the script",
    ),
    quiet(seen(CLOSED, user="1000"), name="nothing names the file"),
    quiet(seen(CLOSED, script=READS, user="0"), name="root"),
    quiet(seen(frozen(folder(MODELS, file("model.pkl", mode=0o640, gid=1000))), script=READS, user="1000:1000")),
    quiet(seen(frozen(folder(MODELS, "model.pkl")), script=READS, user="1000")),
    quiet(seen(CLOSED, script=READS, user="scorer"), name="a name whose number is not known"),
)
