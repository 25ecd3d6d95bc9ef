"""Which version of Kubernetes serves which API: what came, what went, and what took its place.

Source: Kubernetes documentation, "Deprecated API Migration Guide".
"""

from dataclasses import dataclass

Key = tuple[str, str]
"""apiVersion and kind."""

_RBAC = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision")
_HOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_REVIEWS = ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
_FLOW = ("FlowSchema", "PriorityLevelConfiguration")


@dataclass(frozen=True)
class Gone:
    """An API that is no longer served from 1.`since` on; `instead` is empty where nothing took its place.

    `alike` is true when the new one has the same fields, so that changing the apiVersion is all.
    """

    since: int
    instead: str
    alike: bool = True


def _gone(version: str, kinds: tuple[str, ...], since: int, instead: str, *, alike: bool = True) -> dict[Key, Gone]:
    return {(version, kind): Gone(since, instead, alike) for kind in kinds}


GONE: dict[Key, Gone] = {
    **_gone("extensions/v1beta1", ("Deployment", "DaemonSet", "ReplicaSet"), 16, "apps/v1", alike=False),
    **_gone("extensions/v1beta1", ("NetworkPolicy",), 16, "networking.k8s.io/v1"),
    **_gone("extensions/v1beta1", ("PodSecurityPolicy",), 16, ""),
    **_gone("extensions/v1beta1", ("Ingress",), 22, "networking.k8s.io/v1", alike=False),
    **_gone("apps/v1beta1", _WORKLOADS, 16, "apps/v1", alike=False),
    **_gone("apps/v1beta2", _WORKLOADS, 16, "apps/v1"),
    **_gone("networking.k8s.io/v1beta1", ("Ingress",), 22, "networking.k8s.io/v1", alike=False),
    **_gone("networking.k8s.io/v1beta1", ("IngressClass",), 22, "networking.k8s.io/v1"),
    **_gone("batch/v2alpha1", ("CronJob",), 21, "batch/v1"),
    **_gone("batch/v1beta1", ("CronJob",), 25, "batch/v1"),
    **_gone("policy/v1beta1", ("PodDisruptionBudget",), 25, "policy/v1"),
    **_gone("policy/v1beta1", ("PodSecurityPolicy",), 25, ""),
    **_gone("autoscaling/v2beta1", ("HorizontalPodAutoscaler",), 25, "autoscaling/v2", alike=False),
    **_gone("autoscaling/v2beta2", ("HorizontalPodAutoscaler",), 26, "autoscaling/v2"),
    **_gone("rbac.authorization.k8s.io/v1alpha1", _RBAC, 22, "rbac.authorization.k8s.io/v1"),
    **_gone("rbac.authorization.k8s.io/v1beta1", _RBAC, 22, "rbac.authorization.k8s.io/v1"),
    **_gone("admissionregistration.k8s.io/v1beta1", _HOOKS, 22, "admissionregistration.k8s.io/v1", alike=False),
    **_gone("apiextensions.k8s.io/v1beta1", ("CustomResourceDefinition",), 22, "apiextensions.k8s.io/v1", alike=False),
    **_gone("apiregistration.k8s.io/v1beta1", ("APIService",), 22, "apiregistration.k8s.io/v1"),
    **_gone("authentication.k8s.io/v1beta1", ("TokenReview",), 22, "authentication.k8s.io/v1"),
    **_gone("authorization.k8s.io/v1beta1", _REVIEWS, 22, "authorization.k8s.io/v1", alike=False),
    **_gone("certificates.k8s.io/v1beta1", ("CertificateSigningRequest",), 22, "certificates.k8s.io/v1", alike=False),
    **_gone("coordination.k8s.io/v1beta1", ("Lease",), 22, "coordination.k8s.io/v1"),
    **_gone("scheduling.k8s.io/v1alpha1", ("PriorityClass",), 22, "scheduling.k8s.io/v1"),
    **_gone("scheduling.k8s.io/v1beta1", ("PriorityClass",), 22, "scheduling.k8s.io/v1"),
    **_gone(
        "storage.k8s.io/v1beta1", ("StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"), 22, "storage.k8s.io/v1"
    ),
    **_gone("discovery.k8s.io/v1beta1", ("EndpointSlice",), 25, "discovery.k8s.io/v1", alike=False),
    **_gone("events.k8s.io/v1beta1", ("Event",), 25, "events.k8s.io/v1"),
    **_gone("node.k8s.io/v1beta1", ("RuntimeClass",), 25, "node.k8s.io/v1"),
    **_gone("node.k8s.io/v1alpha1", ("RuntimeClass",), 24, "node.k8s.io/v1", alike=False),
    **_gone("flowcontrol.apiserver.k8s.io/v1alpha1", _FLOW, 24, "flowcontrol.apiserver.k8s.io/v1", alike=False),
    **_gone("flowcontrol.apiserver.k8s.io/v1beta1", _FLOW, 26, "flowcontrol.apiserver.k8s.io/v1", alike=False),
    **_gone("flowcontrol.apiserver.k8s.io/v1beta2", _FLOW, 29, "flowcontrol.apiserver.k8s.io/v1", alike=False),
    **_gone("flowcontrol.apiserver.k8s.io/v1beta3", _FLOW, 32, "flowcontrol.apiserver.k8s.io/v1", alike=False),
}

CAME: dict[Key, tuple[int, str]] = {
    ("networking.k8s.io/v1", "Ingress"): (19, "networking.k8s.io/v1beta1"),
    ("networking.k8s.io/v1", "IngressClass"): (19, "networking.k8s.io/v1beta1"),
    ("batch/v1", "CronJob"): (21, "batch/v1beta1"),
    ("policy/v1", "PodDisruptionBudget"): (21, "policy/v1beta1"),
    ("discovery.k8s.io/v1", "EndpointSlice"): (21, "discovery.k8s.io/v1beta1"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"): (23, "autoscaling/v2beta2"),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"): (29, "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): (30, ""),
}
"""First served by 1.N, and what served it before."""
