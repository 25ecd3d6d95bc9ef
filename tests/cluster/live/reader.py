"""A kubeconfig of someone who has no rights but those of docs/kubernetes/reader.yaml."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster.live.breaking import LABEL
from cluster.live.real_cluster import Cluster
from ruamel.yaml import YAML

ROLES = Path(__file__).resolve().parents[3] / "docs" / "kubernetes"
HOUR = 3600


@contextmanager
def reader_of(cluster: Cluster, run: str, folder: Path) -> Iterator[Path]:
    """Bind the role, under a name of this run, to an account of its own; everything is removed afterwards."""
    name = f"doctor-live-{run}-reader"
    labels = {LABEL: run}
    role = YAML(typ="safe").load(ROLES / "reader.yaml")
    binding = {
        "kind": "ClusterRoleBinding",
        "apiVersion": role["apiVersion"],
        "metadata": {"name": name, "labels": labels},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": name}],
    }
    try:
        cluster.create({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "labels": labels}})
        cluster.create({"kind": "ServiceAccount", "apiVersion": "v1", "metadata": {"name": "reader"}}, name)
        cluster.create({**role, "metadata": {"name": name, "labels": labels}})
        cluster.create(binding)
        yield _kubeconfig(cluster, name, folder / "reader.kubeconfig")
    finally:
        cluster.delete("ClusterRoleBinding", name)
        cluster.delete("ClusterRole", name)
        cluster.delete("Namespace", name)


def _kubeconfig(cluster: Cluster, namespace: str, path: Path) -> Path:
    wish = {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": {"expirationSeconds": HOUR}}
    answer = cluster.call("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/reader/token", wish)
    token = json.loads(answer)["status"]["token"]
    made = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "reader",
        "clusters": [{"name": "cluster", "cluster": _cluster_of(cluster.kubeconfig)}],
        "users": [{"name": "reader", "user": {"token": token}}],
        "contexts": [{"name": "reader", "context": {"cluster": "cluster", "user": "reader"}}],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def _cluster_of(kubeconfig: Path) -> dict[str, Any]:
    """The address and the authority of the current context."""
    known = YAML(typ="safe").load(kubeconfig)
    context = _named(known["contexts"], known["current-context"])["context"]
    found: dict[str, Any] = _named(known["clusters"], context["cluster"])["cluster"]
    if authority := found.get("certificate-authority"):
        found["certificate-authority"] = str(kubeconfig.resolve().parent / authority)
    return found


def _named(things: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(thing for thing in things if thing["name"] == name)
