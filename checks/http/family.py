"""All checks of the http family, in the order in which a request meets what they speak of."""

from checks.check import Check
from checks.http import group_behaviour, group_reach, group_status

CHECKS: tuple[Check, ...] = (*group_reach.CHECKS, *group_status.CHECKS, *group_behaviour.CHECKS)
