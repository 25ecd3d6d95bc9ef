"""What a new contract changes for clients of an old one."""

from checks.check import Check
from checks.contract.auth_changed import auth_changed
from checks.contract.compatible_change import compatible_change
from checks.contract.input_key_added import input_key_added
from checks.contract.input_key_removed import input_key_removed
from checks.contract.input_key_renamed import input_key_renamed
from checks.contract.input_order_changed import input_order_changed
from checks.contract.input_shape_changed import input_shape_changed
from checks.contract.input_type_narrowed import input_type_narrowed
from checks.contract.input_values_narrowed import input_values_narrowed
from checks.contract.output_key_removed import output_key_removed
from checks.contract.output_type_changed import output_type_changed
from checks.contract.output_widened import output_widened
from checks.contract.path_changed import path_changed
from checks.contract.version_dropped import version_dropped

CHECKS: tuple[Check, ...] = (
    input_key_added,
    input_key_removed,
    input_key_renamed,
    input_type_narrowed,
    input_shape_changed,
    input_order_changed,
    input_values_narrowed,
    output_key_removed,
    output_type_changed,
    output_widened,
    path_changed,
    auth_changed,
    version_dropped,
    compatible_change,
)
