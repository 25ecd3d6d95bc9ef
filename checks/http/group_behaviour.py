"""Health, swagger, CORS, keys and timing of a service that answers."""

from checks.check import Check
from checks.http.answers_vary import answers_vary
from checks.http.cors_not_allowed import cors_not_allowed
from checks.http.health_lies import health_lies
from checks.http.key_not_checked import key_not_checked
from checks.http.key_sent_over_plain_http import key_sent_over_plain_http
from checks.http.other_deployment_answers import other_deployment_answers
from checks.http.other_service_answers import other_service_answers
from checks.http.server_old import server_old
from checks.http.slow_answer import slow_answer
from checks.http.slow_first_answer import slow_first_answer
from checks.http.swagger_missing import swagger_missing
from checks.http.swagger_needs_version import swagger_needs_version
from checks.http.tail_latency import tail_latency

CHECKS: tuple[Check, ...] = (
    health_lies, other_service_answers, other_deployment_answers, answers_vary, key_not_checked,
    key_sent_over_plain_http, swagger_needs_version, swagger_missing, cors_not_allowed, slow_answer,
    slow_first_answer, tail_latency, server_old,
)  # fmt: skip
