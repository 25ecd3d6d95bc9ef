"""What the service answers against what it declares, and payloads that attack it."""

from checks.check import Check
from checks.contract.answer_double_encoded import answer_double_encoded
from checks.contract.answer_empty import answer_empty
from checks.contract.answer_error_text import answer_error_text
from checks.contract.answer_mismatch import answer_mismatch
from checks.contract.answer_not_json import answer_not_json
from checks.contract.answer_row_count import answer_row_count
from checks.contract.example_refused import example_refused
from checks.contract.invalid_payload_accepted import invalid_payload_accepted
from checks.contract.payload_ends_service import payload_ends_service
from checks.contract.valid_payload_fails import valid_payload_fails

CHECKS: tuple[Check, ...] = (
    answer_error_text,
    answer_not_json,
    answer_empty,
    answer_double_encoded,
    answer_mismatch,
    answer_row_count,
    example_refused,
    valid_payload_fails,
    invalid_payload_accepted,
    payload_ends_service,
)
