"""All checks of the contract family: documents, payloads, answers, and what changed."""

from checks.check import Check
from checks.contract import group_answers, group_documents, group_drift, group_forms, group_values

CHECKS: tuple[Check, ...] = (
    *group_documents.CHECKS,
    *group_forms.CHECKS,
    *group_values.CHECKS,
    *group_answers.CHECKS,
    *group_drift.CHECKS,
)
