"""Words for a target that another tool takes, or that stand in another order: what doctor takes instead."""

from collections.abc import Sequence
from pathlib import Path

from doctor.near import nearest

WORDS = {"docker": "container", "k8s": "workload", "url": "url"}
"""The words before a name that is no path, and the kinds of target that they mean."""
_OF_OTHERS = {
    **dict.fromkeys(("container", "podman", "compose"), "docker"),
    **dict.fromkeys(("kubernetes", "kubectl", "kube", "aks", "cluster"), "k8s"),
    **dict.fromkeys(("endpoint", "http", "https"), "url"),
}


def meant(words: Sequence[str], verb: str) -> str | None:
    """Why these words name no target, and which would; None where that is not known. `verb` stands before them."""
    strange = [one for one in words if not Path(one).exists()]
    if not strange:
        return None
    from doctor.cluster.scope import KINDS
    from doctor.command.main import VERBS

    if named := next((one for one in strange if one in VERBS), None):
        others = " ".join(one for one in words if one != named) or "score.py"
        return f"`{named}` is a verb of its own, and names no target; leave it out: {verb} {others}"
    first, rest = words[0], " ".join(words[1:])
    if len(words) == 2 and words[1] in WORDS and words[1] in strange:
        return f"the kind of a target stands before its name: {verb} {words[1]} {first}"
    if first not in strange:
        return None
    of_cluster = {name for names in KINDS.values() for name in names}
    if not rest:
        kind = first.rpartition("/")[0].lower()
        return f"{first} is not there; in a cluster it is named so: {verb} k8s {first}" if kind in of_cluster else None
    if len(words) == 2 and first.lower() in of_cluster:
        return f"`{first}` is a kind of object in a cluster; say so: {verb} k8s {first}/{rest}"
    if kind := _OF_OTHERS.get(first.lower(), ""):
        return f"`{first}` is no kind of target; it is called {kind} here: {verb} {kind} {rest}"
    if len(words) == 2 and (near := nearest(first, WORDS)):
        return f"`{first}` is no file and no kind of target; did you mean {verb} {near[0]} {rest}?"
    return None
