"""A real cluster as the live suite handles it: plain REST paths through the official client's configuration."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

SECONDS = 30
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Service": "/api/v1/namespaces/{}/services",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "LimitRange": "/api/v1/namespaces/{}/limitranges",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v1/namespaces/{}/horizontalpodautoscalers",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
    "Endpoints": "/api/v1/namespaces/{}/endpoints",
    "Event": "/api/v1/namespaces/{}/events",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "Node": "/api/v1/nodes",
}
"""Where each kind is served, on every version since 1.20 (endpoint slices: since 1.21)."""


class Refused(Exception):
    """The server said no; `status` is HTTP's, `reason` the word of its Status (`BadRequest`)."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class Cluster:
    """The API server of a kubeconfig. Safe to use from several threads."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        settings = client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=settings)
        settings.connection_pool_maxsize = 16
        self._api = client.ApiClient(settings)

    @property
    def minor(self) -> int:
        """The 20 of v1.20.2."""
        return int(self.get("/version")["minor"].rstrip("+"))

    def close(self) -> None:
        """Close its connections."""
        self._api.rest_client.pool_manager.clear()

    def call(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> bytes:
        """The body of an answer. Raises Refused."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if method == "PATCH":
            headers["Content-Type"] = "application/strategic-merge-patch+json"
        try:
            answer = self._api.call_api(
                path,
                method,
                query_params=list((query or {}).items()),
                header_params=headers,
                body=body,
                auth_settings=["BearerToken"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=SECONDS,
            )
        except ApiException as error:
            raise Refused(error.status or 0, *_told_by(error)) from None
        data: bytes = answer.data
        return data

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """A decoded answer."""
        answer: dict[str, Any] = json.loads(self.call("GET", path, query=query))
        return answer

    def items(self, kind: str, namespace: str = "") -> list[dict[str, Any]]:
        """All objects of a kind in a namespace; none where the server does not serve the kind."""
        try:
            found: list[dict[str, Any]] = self.get(PATHS[kind].format(namespace))["items"]
        except Refused as refused:
            if refused.status != 404:
                raise
            return []
        return found

    def create(self, thing: dict[str, Any], namespace: str = "") -> None:
        """Make an object. Raises Refused."""
        self.call("POST", PATHS[thing["kind"]].format(namespace), thing)

    def patch(self, thing: dict[str, Any], namespace: str) -> None:
        """Merge an object into the one of its kind and name. Raises Refused."""
        self.call("PATCH", f"{PATHS[thing['kind']].format(namespace)}/{thing['metadata']['name']}", thing)

    def delete(self, kind: str, name: str, namespace: str = "") -> None:
        """Remove an object, if it is there, and what it owns."""
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        try:
            self.call("DELETE", f"{PATHS[kind].format(namespace)}/{name}", options)
        except Refused as refused:
            if refused.status not in {404, 409}:
                raise

    def log(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
        """A container's log with times. Raises Refused."""
        query = {"container": container, "timestamps": "true", "previous": str(previous).lower()}
        path = f"{PATHS['Pod'].format(namespace)}/{pod}/log"
        return self.call("GET", path, query=query).decode("utf-8", "replace")


def _told_by(error: ApiException) -> tuple[str, str]:
    """Reason and message of the Status, else what HTTP says."""
    body = error.body.decode("utf-8", "replace") if isinstance(error.body, bytes) else error.body or ""
    try:
        status = json.loads(body)
        return str(status["reason"]), str(status["message"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason), body
