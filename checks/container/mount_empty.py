"""A folder that the service needs is mounted, and nothing is in it.

What it finds
-------------
A mounted folder or volume without any file, at or above the model folder, or where a file is asked for that is not
there. Mounts over the code are told by container.mount-hides-code.

Why it breaks
-------------
The engine creates a folder of the host that does not exist, and a new volume begins with what the image has there,
often nothing. So a misspelt source shows up only later, as a file that is not found.

How to fix
----------
Mount the folder that holds the files, by its absolute path. On another machine than this one, or behind a virtual
machine, the path is that of the engine's host.

Learn more
----------
Docker documentation, "Bind mounts", section "Differences between -v and --mount behavior".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import lacking
from checks.container.places import (
    MODEL_DIR,
    container_of,
    entry_of,
    model_dir,
    mount_named,
    mount_option,
    mount_over,
    places_of,
    tail,
    within,
)
from checks.container.scenes import APP, MODELS, bind, folder, frozen, seen, tmpfs, traceback
from checks.containers import Mount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import base_name, titled

EXPLAINS = (
    "container.model-folder-empty",
    "container.model-folder-missing",
    "container.model-file-elsewhere",
    "logs.model-file-missing",
    "logs.file-missing",
    "logs.transformers-path-missing",
    "logs.path-is-directory",
    "runtime.model-file-missing",
    "runtime.file-missing",
    "runtime.model-folder-not-given",
    "runtime.is-a-directory",
    "runtime.init-raised",
)


@check(
    "container.mount-empty",
    needs=("container", "inside"),
    stage=Stage.INIT,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def mount_empty(evidence: Evidence) -> Iterator[Finding]:
    """Find empty mounts below what the script was seen to miss, then one over the model folder."""
    container, places = container_of(evidence), places_of(evidence)
    entry, models = entry_of(container), model_dir(container)
    missed = {one.path: one for one in lacking(evidence) if one.path}
    for mount in container.mounts:
        if mount.kind == "other" or not places.is_empty(mount.target):
            continue
        if entry and within(entry.path, mount.target):
            continue
        needed = [one for path, one in missed.items() if mount_over(container, path) == mount]
        holds_models = models is not None and (within(models, mount.target) or within(mount.target, models))
        if needed:
            about = tuple(dict.fromkeys(entry for one in needed for entry in one.about))
            yield _finding(mount, needed[0].quotes, base_name(needed[0].path), (*about, f"variable:{MODEL_DIR}"))
        elif holds_models and not missed and mount_over(container, models or "") == mount:
            quote = Quote(source=MODEL_DIR, text=str(models))
            yield _finding(mount, (quote,), "the model", (f"variable:{MODEL_DIR}", f"file:{models}"))


def _finding(mount: Mount, quotes: tuple[Quote, ...], what: str, about: tuple[str, ...]) -> Finding:
    where = mount_named(mount)
    commands = (f"ls -la {mount.source}",) if mount.kind == "bind" and mount.source else ()
    return Finding(
        title=titled(f"what is mounted at {tail(mount.target, 34)} is empty: {what} is not there", 88),
        evidence=(*quotes, Quote(source=f"mount {mount.target}", text=f"{where}: holds nothing")),
        about=about,
        fixes=(
            Fix(
                title=f"mount <folder>, the one that holds {what}, by its absolute path",
                safety=Safety.PLACEHOLDER,
                commands=(
                    *commands,
                    mount_option(mount, "<folder>").replace(f"--tmpfs {mount.target}", f"-v <folder>:{mount.target}"),
                ),
            ),
        ),
    )


GONE = traceback(f"FileNotFoundError: [Errno 2] No such file or directory: '{MODELS}/model.pkl'")
VOLUME = bind("/home/me/model", MODELS, writable=False)

CASES = (
    fires(
        seen(frozen(folder(APP, "score.py"), folder(MODELS)), GONE, mounts=(VOLUME,)),
        saw="is empty: model.pkl is not there",
        line=6,
        findings=1,
    ),
    fires(
        seen(frozen(folder(APP, "score.py", "azureml-models/churn/3/")), mounts=(VOLUME,)), saw="is empty: the model"
    ),
    fires(
        seen(
            frozen(folder(APP, "score.py"), folder("/data")),
            traceback("FileNotFoundError: [Errno 2] No such file or directory: '/data/labels.txt'"),
            mounts=(bind("/srv/data", "/data"),),
        ),
        saw="labels.txt is not there",
    ),
    quiet(seen(frozen(folder(APP, "score.py"), folder(MODELS, "m.pkl")), GONE, mounts=(VOLUME,)), name="other files"),
    quiet(seen(frozen(folder(APP, "score.py"), folder("/cache")), GONE, mounts=(tmpfs("/cache"),)), name="for writing"),
    quiet(seen(frozen(folder(APP)), GONE, mounts=(bind("/a", APP),)), name="the code is hidden: another check"),
    quiet(seen(frozen(folder(APP, "score.py")), GONE, mounts=(VOLUME,)), name="what is mounted was not read"),
)
