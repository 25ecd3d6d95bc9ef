"""All checks of the kubernetes family, in the order in which a pod meets what they speak of."""

from checks.check import Check
from checks.kubernetes import group_creating, group_dying, group_manifest, group_placing, group_serving

CHECKS: tuple[Check, ...] = (
    *group_manifest.CHECKS,
    *group_placing.CHECKS,
    *group_creating.CHECKS,
    *group_dying.CHECKS,
    *group_serving.CHECKS,
)
