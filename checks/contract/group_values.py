"""Request bodies by their content: keys, columns, rows, types and numbers against the contract."""

from checks.check import Check
from checks.contract.request_refused import request_refused
from checks.contract.value_changed import value_changed

CHECKS: tuple[Check, ...] = (
    request_refused,
    value_changed,
)
