"""Swagger and OpenAPI documents: whether they are sound, and describe this service."""

from checks.check import Check
from checks.contract.auth_mismatch import auth_mismatch
from checks.contract.body_not_json import body_not_json
from checks.contract.document_disagrees_with_script import document_disagrees_with_script
from checks.contract.document_invalid import document_invalid
from checks.contract.document_not_served import document_not_served
from checks.contract.document_too_large import document_too_large
from checks.contract.document_unreadable import document_unreadable
from checks.contract.example_contradicts_schema import example_contradicts_schema
from checks.contract.health_path_missing import health_path_missing
from checks.contract.input_undefined import input_undefined
from checks.contract.not_openapi import not_openapi
from checks.contract.output_undefined import output_undefined
from checks.contract.placeholder_left import placeholder_left
from checks.contract.reference_external import reference_external
from checks.contract.reference_loop import reference_loop
from checks.contract.reference_unresolved import reference_unresolved
from checks.contract.score_not_post import score_not_post
from checks.contract.score_path_missing import score_path_missing
from checks.contract.server_url_local import server_url_local
from checks.contract.version_2_missing import version_2_missing
from checks.contract.version_misfiled import version_misfiled

CHECKS: tuple[Check, ...] = (
    document_unreadable,
    document_too_large,
    not_openapi,
    document_invalid,
    reference_unresolved,
    reference_loop,
    reference_external,
    version_misfiled,
    version_2_missing,
    document_not_served,
    health_path_missing,
    score_path_missing,
    score_not_post,
    input_undefined,
    output_undefined,
    body_not_json,
    example_contradicts_schema,
    document_disagrees_with_script,
    auth_mismatch,
    placeholder_left,
    server_url_local,
)
