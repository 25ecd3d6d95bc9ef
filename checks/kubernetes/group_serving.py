"""Probes, services, ingresses and policies: why no request arrives."""

from checks.check import Check
from checks.kubernetes.autoscaler_at_maximum import autoscaler_at_maximum
from checks.kubernetes.autoscaler_conflict import autoscaler_conflict
from checks.kubernetes.autoscaler_target_missing import autoscaler_target_missing
from checks.kubernetes.autoscaler_without_metrics import autoscaler_without_metrics
from checks.kubernetes.budget_blocks_drain import budget_blocks_drain
from checks.kubernetes.budget_without_pods import budget_without_pods
from checks.kubernetes.external_name import external_name
from checks.kubernetes.headless_port import headless_port
from checks.kubernetes.ingress_class_unknown import ingress_class_unknown
from checks.kubernetes.ingress_path_lost import ingress_path_lost
from checks.kubernetes.ingress_port_missing import ingress_port_missing
from checks.kubernetes.ingress_rules_collide import ingress_rules_collide
from checks.kubernetes.ingress_service_missing import ingress_service_missing
from checks.kubernetes.ingress_tls_missing import ingress_tls_missing
from checks.kubernetes.listens_on_loopback import listens_on_loopback
from checks.kubernetes.load_balancer_pending import load_balancer_pending
from checks.kubernetes.no_ready_endpoint import no_ready_endpoint
from checks.kubernetes.not_ready import not_ready
from checks.kubernetes.policy_denies_egress import policy_denies_egress
from checks.kubernetes.policy_denies_ingress import policy_denies_ingress
from checks.kubernetes.probe_command_broken import probe_command_broken
from checks.kubernetes.probe_path_wrong import probe_path_wrong
from checks.kubernetes.probe_port_name_missing import probe_port_name_missing
from checks.kubernetes.probe_port_wrong import probe_port_wrong
from checks.kubernetes.probe_scheme_wrong import probe_scheme_wrong
from checks.kubernetes.probe_timeout_short import probe_timeout_short
from checks.kubernetes.proxy_without_server import proxy_without_server
from checks.kubernetes.readiness_gate_unset import readiness_gate_unset
from checks.kubernetes.scaled_to_zero import scaled_to_zero
from checks.kubernetes.selector_mismatch import selector_mismatch
from checks.kubernetes.selector_shared import selector_shared
from checks.kubernetes.service_protocol import service_protocol
from checks.kubernetes.service_without_selector import service_without_selector
from checks.kubernetes.still_starting import still_starting
from checks.kubernetes.target_port_name_missing import target_port_name_missing
from checks.kubernetes.target_port_wrong import target_port_wrong

PROBES: tuple[Check, ...] = (
    *(probe_port_wrong, probe_port_name_missing, probe_path_wrong, probe_scheme_wrong, probe_command_broken),
    *(probe_timeout_short, proxy_without_server, readiness_gate_unset, listens_on_loopback, not_ready, still_starting),
)
SERVICES: tuple[Check, ...] = (
    *(selector_mismatch, service_without_selector, target_port_wrong, target_port_name_missing, service_protocol),
    *(no_ready_endpoint, load_balancer_pending, external_name, selector_shared, headless_port),
)
INGRESSES: tuple[Check, ...] = (
    *(ingress_service_missing, ingress_port_missing, ingress_class_unknown, ingress_tls_missing),
    *(ingress_rules_collide, ingress_path_lost),
)
OTHERS: tuple[Check, ...] = (
    *(policy_denies_ingress, policy_denies_egress, autoscaler_target_missing, autoscaler_without_metrics),
    *(autoscaler_at_maximum, autoscaler_conflict, budget_blocks_drain, budget_without_pods),
)
CHECKS: tuple[Check, ...] = (scaled_to_zero, *PROBES, *SERVICES, *INGRESSES, *OTHERS)
