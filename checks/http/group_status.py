"""What a status means for the kind of service that gave it."""

from checks.check import Check
from checks.http.access_forbidden import access_forbidden
from checks.http.body_empty import body_empty
from checks.http.body_not_dictionary import body_not_dictionary
from checks.http.body_not_json import body_not_json
from checks.http.body_not_utf8 import body_not_utf8
from checks.http.body_too_large import body_too_large
from checks.http.client_gave_up import client_gave_up
from checks.http.container_down import container_down
from checks.http.content_type_refused import content_type_refused
from checks.http.endpoint_busy import endpoint_busy
from checks.http.gateway_timeout import gateway_timeout
from checks.http.headers_too_large import headers_too_large
from checks.http.key_missing import key_missing
from checks.http.key_refused import key_refused
from checks.http.method_not_allowed import method_not_allowed
from checks.http.model_error import model_error
from checks.http.no_deployment_routed import no_deployment_routed
from checks.http.no_replica_ready import no_replica_ready
from checks.http.overloaded import overloaded
from checks.http.probe_fails import probe_fails
from checks.http.rate_limited import rate_limited
from checks.http.request_id_too_long import request_id_too_long
from checks.http.request_refused import request_refused
from checks.http.result_not_serialisable import result_not_serialisable
from checks.http.run_raised import run_raised
from checks.http.script_timeout import script_timeout
from checks.http.status_unexpected import status_unexpected
from checks.http.time_limit_passed import time_limit_passed
from checks.http.too_many_requests import too_many_requests
from checks.http.unavailable import unavailable
from checks.http.value_missing import value_missing
from checks.http.worker_died import worker_died
from checks.http.wrong_path import wrong_path

CHECKS: tuple[Check, ...] = (
    value_missing, body_not_json, body_not_dictionary, body_empty, body_not_utf8, request_refused,
    content_type_refused, body_too_large, request_id_too_long, headers_too_large, key_missing, key_refused,
    access_forbidden, wrong_path, no_deployment_routed, method_not_allowed, endpoint_busy, run_raised,
    result_not_serialisable, script_timeout, worker_died, model_error, probe_fails, time_limit_passed,
    gateway_timeout, client_gave_up, too_many_requests, rate_limited, container_down, no_replica_ready, overloaded,
    unavailable, status_unexpected,
)  # fmt: skip
