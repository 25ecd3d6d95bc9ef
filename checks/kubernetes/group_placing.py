"""Admission and scheduling: why no pod exists, or none has a node."""

from checks.check import Check
from checks.kubernetes.claim_not_bound import claim_not_bound
from checks.kubernetes.companion_missing import companion_missing
from checks.kubernetes.device_not_offered import device_not_offered
from checks.kubernetes.host_port_taken import host_port_taken
from checks.kubernetes.limit_range_refuses import limit_range_refuses
from checks.kubernetes.named_class_missing import named_class_missing
from checks.kubernetes.no_node_with_room import no_node_with_room
from checks.kubernetes.no_pods import no_pods
from checks.kubernetes.node_selector_unmatched import node_selector_unmatched
from checks.kubernetes.nodes_full import nodes_full
from checks.kubernetes.nodes_not_ready import nodes_not_ready
from checks.kubernetes.pod_security_refuses import pod_security_refuses
from checks.kubernetes.pods_keep_apart import pods_keep_apart
from checks.kubernetes.quota_exceeded import quota_exceeded
from checks.kubernetes.scheduler_unknown import scheduler_unknown
from checks.kubernetes.spread_unmet import spread_unmet
from checks.kubernetes.taint_not_tolerated import taint_not_tolerated
from checks.kubernetes.template_invalid import template_invalid
from checks.kubernetes.volume_elsewhere import volume_elsewhere
from checks.kubernetes.webhook_refuses import webhook_refuses

CHECKS: tuple[Check, ...] = (
    no_node_with_room,
    device_not_offered,
    nodes_full,
    node_selector_unmatched,
    taint_not_tolerated,
    nodes_not_ready,
    pods_keep_apart,
    companion_missing,
    spread_unmet,
    host_port_taken,
    claim_not_bound,
    volume_elsewhere,
    scheduler_unknown,
    quota_exceeded,
    limit_range_refuses,
    webhook_refuses,
    pod_security_refuses,
    named_class_missing,
    template_invalid,
    no_pods,
)
