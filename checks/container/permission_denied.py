"""The user of the container may not use a path.

What it finds
-------------
A call refused with EACCES or EPERM, held against the user that the container runs as, and against owner and mode of
what lies on the way to the path. Models are told by container.model-not-readable.

Why it breaks
-------------
Files that an image's build copies belong to root, and those of a bind mount to whoever owns them on the host. A
container with another user may read what its mode lets it, and may write where a mode lets it: by default nowhere in
the code folder. The call raises PermissionError.

How to fix
----------
Give the path to the user where it is made: `COPY --chown=...` or `RUN chown ...` in the Dockerfile, `chown` on the host
for a mount. A change inside the running container is lost with it. What is only scratch space belongs into `/tmp`.

Learn more
----------
Source: path_resolution(7), "Permissions". Dockerfile reference, `COPY --chown` and `USER`.
"""

import posixpath
import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import DENIED, NOT_PERMITTED, Failed, refused, runit_stuck
from checks.container.identity import Use, User, described, obstacle, user_of
from checks.container.places import Places, container_of, model_dir, mount_named, mount_over, places_of, tail, within
from checks.container.read_only_file_system import RUNIT, RUNIT_STUCK
from checks.container.scenes import APP, MODELS, bind, file, folder, frozen, seen, traceback
from checks.containers import Container, FileInside
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import titled

EXPLAINS = (
    "logs.permission-denied",
    "logs.file-missing",
    "runtime.permission-denied",
    "runtime.writes-beside-script",
    "runtime.file-missing",
    "runtime.import-raised",
    "runtime.init-raised",
    "runtime.run-raised",
)
_WRITES = re.compile(
    r"makedirs|mkdir|remove|unlink|rename|replace|copy|dump|save|write|touch|to_csv|to_parquet"
    r"|['\"](?:[wax]b?\+?|r\+b?|rb\+)['\"]|cannot create|chmod|chown"
)


@check("container.permission-denied", needs=("container", "inside"), stage=Stage.INIT, explains=EXPLAINS)
def permission_denied(evidence: Evidence) -> Iterator[Finding]:
    """Name the user, and the folder or file that stands against it."""
    container, places = container_of(evidence), places_of(evidence)
    user = user_of(container, places.inside)
    stuck = runit_stuck(evidence)
    if stuck and not user.is_root and not container.limits.read_only:
        services = container.environment.get("SVDIR") or RUNIT
        yield Finding(
            title=titled(f"runit may not write to {services} as user {user.shown}", 88),
            evidence=(stuck, Quote(source="user", text=_who(container, user))),
            stage=Stage.LOAD,
            about=(f"file:{services}",),
            explains=RUNIT_STUCK,
            fixes=(
                Fix(title="run the image as root, as its start scripts expect", commands=("--user 0",)),
                Fix(
                    title=f"give {services} to the user when the image is built",
                    commands=(f"RUN chown -R {user.owner} {services}",),
                ),
            ),
        )
    for one in refused(evidence, DENIED, NOT_PERMITTED):
        if not one.path or is_unreadable_model(container, places, one):
            continue
        use = use_of(one, places)
        stands = obstacle(user, places, one.path, use)
        mount = mount_over(container, one.path)
        if stands is None and user.is_root and mount is None:
            continue  # no mode stops root: the log tells as much
        yield one.finding(
            titled(f"{tail(one.path, 48)} is closed to user {user.shown} ({use})", 88),
            saw=(
                Quote(source="user", text=_who(container, user)),
                *((Quote(source="inside", text=described(stands[0], stands[1])),) if stands else ()),
                *((Quote(source=f"mount {mount.target}", text=mount_named(mount)),) if mount else ()),
            ),
            fixes=tuple(_fixes(container, user, one, use, stands)),
        )


def is_unreadable_model(container: Container, places: Places, one: Failed) -> bool:
    """True for what lies in the model folder and is read: container.model-not-readable tells of it.

    What is behind a closed folder was not seen, and counts as there.
    """
    root = model_dir(container)
    if root is None or not within(one.path, root) or use_of(one, places) != "read":
        return False
    user = user_of(container, places.inside)
    return places.has(one.path) or obstacle(user, places, one.path, "read") is not None


def use_of(one: Failed, places: Places) -> Use:
    """What the call wanted to do with the path."""
    own = one.failure.own
    texts = (*one.failure.calls, own.code if own else "", *((q.text for q in one.quotes) if one.from_log else ()))
    if places.lacks(one.path) or any(_WRITES.search(text) for text in texts):
        return "write"
    return "read"


def _who(container: Container, user: User) -> str:
    number = f" (uid {user.uid})" if user.uid is not None and str(user.uid) != user.shown else ""
    dropped = " without CAP_DAC_OVERRIDE, so modes bind it" if user.uid == 0 and not user.override else ""
    given = "by --user" if container.user and not _by_image(container) else "by the image"
    return f"the container runs as {user.shown}{number}{dropped}, set {given}"


def _by_image(container: Container) -> bool:
    return getattr(container.image, "user", "") == container.user


def _fixes(
    container: Container, user: User, one: Failed, use: Use, stands: tuple[str, FileInside, Use] | None
) -> Iterator[Fix]:
    target = stands[0] if stands else one.path if use == "read" else posixpath.dirname(one.path)
    if user.uid == 0 and not user.override:
        yield Fix(title="keep the capability of root, or give the path to root", commands=("--cap-add DAC_OVERRIDE",))
    if use == "write" and re.match(r"/\.[\w-]+|/nonexistent|/root(?:/|$)", one.path):
        yield Fix(title="give the user a home that it may write to", commands=("-e HOME=/tmp",))
    mount = mount_over(container, target)
    source = ""
    if mount and mount.kind == "bind" and mount.source:
        source = mount.source.rstrip("/") + target[len(mount.target.rstrip("/")) :]
    if source:
        right = f"chown -R {user.owner} {source}" if use == "write" else f"chmod -R a+rX {source}"
        yield Fix(title=f"open {source} to the user, on the host", commands=(right,))
    elif use == "write":
        yield Fix(
            title=f"give {target} to the user when the image is built, or write below /tmp",
            commands=(f"RUN mkdir -p {target} && chown -R {user.owner} {target}",),
        )
    else:
        yield Fix(title=f"make {target} readable when the image is built", commands=(f"RUN chmod -R a+rX {target}",))
    if stands and user.uid != 0 and stands[1].uid not in {user.uid, 0}:
        owner = f"{stands[1].uid}:{stands[1].gid}"
        yield Fix(title=f"run as the owner, {owner}", safety=Safety.REVIEW, commands=(f"--user {owner}",))


CACHE = traceback(f"PermissionError: [Errno 13] Permission denied: '{APP}/cache'")
SECRET = traceback("PermissionError: [Errno 13] Permission denied: '/srv/labels.txt'")
HOME = traceback("PermissionError: [Errno 13] Permission denied: '/.cache'")
RUNSV = "runsv gunicorn: fatal: unable to open supervise/lock: file does not exist\n"
ROOTS = frozen(folder("/var", file("azureml-app/"), "azureml-app/score.py"))

CONTROL = "2026-11-21 20:38:48,052 E [1] gunicorn.error - Control server error: [Errno 13] Permission denied: '/home/a'"
CASES = (
    quiet(seen(frozen(folder(APP, "score.py")), CONTROL, user="1001"), name="gunicorn does without its control socket"),
    fires(seen(ROOTS, CACHE, user="1000"), saw=f"{APP}: folder of 0:0, mode 755", line=6, findings=1),
    fires(
        seen(frozen(folder("/", file("srv/"), file("srv/labels.txt", mode=0o600))), SECRET, user="1000:1000"),
        saw="/srv/labels.txt: file of 0:0, mode 600",
    ),
    fires(
        seen(
            frozen(folder("/", file("srv/", mode=0o700, uid=1001, gid=1001), "srv/labels.txt")),
            SECRET,
            user="1000",
            mounts=(bind("/home/me/data", "/srv"),),
        ),
        saw="the host's /home/me/data",
        name="a folder on the way, owned by somebody else on the host",
    ),
    fires(seen(ROOTS, HOME, user="1000"), saw="/.cache is closed to user 1000"),
    fires(
        seen(frozen(), "mkdir: cannot create directory '/srv/x': Permission denied\n", user="app"),
        saw="/srv/x is closed to user app (write)",
    ),
    fires(seen(ROOTS, RUNSV, user="1000"), saw="runit may not write to /var/runit as user 1000", findings=1),
    quiet(seen(ROOTS, RUNSV, user="0"), name="root"),
    quiet(seen(ROOTS, CACHE, user="0"), name="root: no mode stops it, so it is something else"),
    quiet(
        seen(ROOTS, traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{APP}/cache'"), user="1000")
    ),
    quiet(seen(ROOTS, traceback(f"OSError: [Errno 30] Read-only file system: '{APP}/cache'"), user="1000")),
    quiet(
        seen(
            frozen(folder(MODELS, file("model.pkl", mode=0o600))),
            traceback(f"PermissionError: [Errno 13] Permission denied: '{MODELS}/model.pkl'"),
            user="1000",
        ),
        name="a model: another check",
    ),
)
