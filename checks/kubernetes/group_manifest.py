"""Files: what is wrong with manifests before a cluster sees them."""

from checks.check import Check
from checks.kubernetes.api_not_served import api_not_served
from checks.kubernetes.field_missing import field_missing
from checks.kubernetes.field_type import field_type
from checks.kubernetes.field_unknown import field_unknown
from checks.kubernetes.key_repeated import key_repeated
from checks.kubernetes.manifest_unreadable import manifest_unreadable

CHECKS: tuple[Check, ...] = (
    manifest_unreadable,
    api_not_served,
    key_repeated,
    field_unknown,
    field_type,
    field_missing,
)
