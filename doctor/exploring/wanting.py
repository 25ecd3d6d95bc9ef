"""How to get evidence that is not there, in the words of each kind of target."""

from checks.evidence import Evidence

_REMEDIES = {
    ("script", "packages"): "Put conda.yml or requirements.txt beside the script, or name one with --env.",
    ("script", "files"): "Diagnose the script where its code folder lies.",
    ("script", "timeline"): "Run it: leave --no-run out, and press r.",
    ("script", "probe"): "Run it: leave --no-run out, and press r.",
    ("container", "files"): "Start the container (docker start NAME) and press r, or rehearse it (--rehearse).",
    ("container", "packages"): "Start the container and press r: packages are read in a running one or a rehearsal.",
    ("container", "probe"): "Rehearse it in a throwaway copy: doctor tui docker NAME --rehearse",
    ("workload", "files"): "Files are read in a running container: wait until one runs, and press r.",
    ("workload", "packages"): "Packages are read in a running container: wait until one runs, and press r.",
    ("workload", "probe"): "Rehearse it in a copy of the pod: doctor tui k8s NAME --rehearse",
    ("url", "files"): "A URL shows no files. Diagnose its container or workload, or the script.",
    ("url", "packages"): "A URL shows no packages. Diagnose its container or workload, or the script.",
    ("url", "environment"): "A URL shows no environment. Diagnose its container or workload, or the script.",
    ("url", "probe"): "A live service is called, not rehearsed. Diagnose the script: doctor tui score.py",
    ("log", "files"): "A log shows no files. Diagnose what wrote it: a script, a container or a workload.",
}
_USUAL = "Press 1 and choose a script, a container or a workload."


def remedy_for(evidence: Evidence, pane: str) -> str:
    """What to do to see it."""
    kind = evidence.target.kind
    return _REMEDIES.get((kind, pane)) or _REMEDIES.get((kind, "files" if kind == "log" else pane)) or _USUAL
