"""What a person names: `deployment/score`, `deploy score`, `score`, a selector, a namespace, everything."""

from dataclasses import dataclass

from doctor.errors import ConfigError
from doctor.near import hint

KINDS = {
    "Deployment": ("deployment", "deployments", "deploy", "deployments.apps", "deployment.apps"),
    "StatefulSet": ("statefulset", "statefulsets", "sts", "statefulsets.apps", "statefulset.apps"),
    "DaemonSet": ("daemonset", "daemonsets", "ds", "daemonsets.apps", "daemonset.apps"),
    "ReplicaSet": ("replicaset", "replicasets", "rs", "replicasets.apps", "replicaset.apps"),
    "Job": ("job", "jobs", "job.batch", "jobs.batch"),
    "Pod": ("pod", "pods", "po"),
    "Service": ("service", "services", "svc"),
    "Ingress": ("ingress", "ingresses", "ing", "ingress.networking.k8s.io", "ingresses.networking.k8s.io"),
}
"""Kinds that can be diagnosed, with the names by which kubectl knows them."""

_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}


@dataclass(frozen=True)
class Named:
    """One object. `kind` is None where the name alone was given."""

    name: str
    kind: str | None = None

    @property
    def shown(self) -> str:
        """As kubectl is told of it."""
        return f"{self.kind.lower()}/{self.name}" if self.kind else self.name


def named(words: tuple[str, ...]) -> Named | None:
    """The object that the words of a command line name; None for no words. Raises ConfigError for anything else."""
    if not words:
        return None
    if len(words) > 2 or (len(words) == 2 and any("/" in word for word in words)):
        raise ConfigError(f"one target at a time: `{' '.join(words)}`; write it as deployment/NAME")
    kind, slash, name = words[0].partition("/") if len(words) == 1 else (words[0], "/", words[1])
    if not slash:
        if kind.lower() in _KIND_OF:
            raise ConfigError(f"`{kind}` is a kind; add the name, as {kind}/NAME, or leave it out for the namespace")
        return Named(kind)
    if not name:
        raise ConfigError(f"`{words[0]}` names no object; write it as {kind}/NAME")
    found = _KIND_OF.get(kind.lower())
    if found is None:
        kinds = ", ".join(map(str.lower, KINDS))
        raise ConfigError(f"`{kind}` is no kind that can be diagnosed{hint(kind, _KIND_OF)}; there are {kinds}")
    return Named(name, found)
