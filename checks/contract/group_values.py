"""Request bodies by their content: keys, columns, rows, types and numbers against the contract."""

from checks.check import Check
from checks.contract.array_size import array_size
from checks.contract.base64_broken import base64_broken
from checks.contract.bool_as_text import bool_as_text
from checks.contract.choice_unknown import choice_unknown
from checks.contract.column_count import column_count
from checks.contract.column_names import column_names
from checks.contract.column_order import column_order
from checks.contract.empty_rows import empty_rows
from checks.contract.integer_as_float import integer_as_float
from checks.contract.integer_too_large import integer_too_large
from checks.contract.key_case_differs import key_case_differs
from checks.contract.key_missing import key_missing
from checks.contract.key_twice import key_twice
from checks.contract.key_unknown import key_unknown
from checks.contract.not_finite import not_finite
from checks.contract.null_where_value import null_where_value
from checks.contract.number_as_text import number_as_text
from checks.contract.one_row_for_rows import one_row_for_rows
from checks.contract.out_of_range import out_of_range
from checks.contract.payload_too_large import payload_too_large
from checks.contract.request_refused import request_refused
from checks.contract.rows_nested_too_deep import rows_nested_too_deep
from checks.contract.rows_unequal import rows_unequal
from checks.contract.table_form import table_form
from checks.contract.text_as_number import text_as_number
from checks.contract.text_form import text_form
from checks.contract.value_changed import value_changed
from checks.contract.value_type import value_type

CHECKS: tuple[Check, ...] = (
    key_missing,
    key_case_differs,
    key_unknown,
    key_twice,
    one_row_for_rows,
    rows_nested_too_deep,
    column_count,
    column_names,
    column_order,
    table_form,
    rows_unequal,
    empty_rows,
    number_as_text,
    text_as_number,
    bool_as_text,
    value_type,
    base64_broken,
    null_where_value,
    integer_too_large,
    integer_as_float,
    not_finite,
    choice_unknown,
    out_of_range,
    text_form,
    array_size,
    payload_too_large,
    request_refused,
    value_changed,
)
