"""Files: what is wrong with manifests before a cluster sees them."""

from checks.check import Check
from checks.kubernetes.api_not_served import api_not_served
from checks.kubernetes.field_missing import field_missing
from checks.kubernetes.field_type import field_type
from checks.kubernetes.field_unknown import field_unknown
from checks.kubernetes.image_floating import image_floating
from checks.kubernetes.key_repeated import key_repeated
from checks.kubernetes.manifest_unreadable import manifest_unreadable
from checks.kubernetes.memory_limit_small import memory_limit_small
from checks.kubernetes.name_invalid import name_invalid
from checks.kubernetes.name_repeated import name_repeated
from checks.kubernetes.not_in_files import not_in_files
from checks.kubernetes.object_repeated import object_repeated
from checks.kubernetes.quantity_doubtful import quantity_doubtful
from checks.kubernetes.quantity_invalid import quantity_invalid
from checks.kubernetes.start_not_allowed_for import start_not_allowed_for
from checks.kubernetes.template_labels_differ import template_labels_differ
from checks.kubernetes.value_refused import value_refused
from checks.kubernetes.volume_not_defined import volume_not_defined

FORM: tuple[Check, ...] = (
    *(manifest_unreadable, api_not_served, key_repeated, object_repeated, field_unknown, field_type),
    field_missing,
)
"""What the file itself shows, line by line."""

REFUSED: tuple[Check, ...] = (
    *(name_invalid, name_repeated, template_labels_differ, volume_not_defined, value_refused, quantity_invalid),
)
"""What the API server would not take."""

CHECKS: tuple[Check, ...] = (
    *FORM,
    *REFUSED,
    *(quantity_doubtful, memory_limit_small, start_not_allowed_for, not_in_files, image_floating),
)
