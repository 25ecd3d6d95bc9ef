"""Name, connection, certificate and transport: why no whole answer arrives."""

from checks.check import Check
from checks.http.answer_cut import answer_cut
from checks.http.answer_encoding_broken import answer_encoding_broken
from checks.http.answer_length_wrong import answer_length_wrong
from checks.http.answer_too_large import answer_too_large
from checks.http.answer_too_slow import answer_too_slow
from checks.http.client_certificate_wanted import client_certificate_wanted
from checks.http.closed_without_answer import closed_without_answer
from checks.http.connection_refused import connection_refused
from checks.http.connection_reset import connection_reset
from checks.http.connection_timeout import connection_timeout
from checks.http.html_answer import html_answer
from checks.http.name_no_answer import name_no_answer
from checks.http.name_unknown import name_unknown
from checks.http.no_answer import no_answer
from checks.http.no_answer_in_time import no_answer_in_time
from checks.http.not_http import not_http
from checks.http.proxy_in_the_way import proxy_in_the_way
from checks.http.redirect_loop import redirect_loop
from checks.http.redirected_elsewhere import redirected_elsewhere
from checks.http.scheme_mismatch import scheme_mismatch
from checks.http.tls_chain_incomplete import tls_chain_incomplete
from checks.http.tls_expired import tls_expired
from checks.http.tls_expires_soon import tls_expires_soon
from checks.http.tls_name_mismatch import tls_name_mismatch
from checks.http.tls_not_yet_valid import tls_not_yet_valid
from checks.http.tls_old_version import tls_old_version
from checks.http.tls_refused import tls_refused
from checks.http.tls_self_signed import tls_self_signed
from checks.http.unreachable import unreachable

CHECKS: tuple[Check, ...] = (
    name_unknown, name_no_answer, proxy_in_the_way,
    connection_refused, connection_timeout, connection_reset, unreachable,
    tls_expired, tls_not_yet_valid, tls_name_mismatch, tls_self_signed, tls_chain_incomplete, tls_old_version,
    client_certificate_wanted, scheme_mismatch, tls_refused, tls_expires_soon,
    closed_without_answer, no_answer_in_time, answer_too_slow, answer_cut, answer_length_wrong,
    answer_encoding_broken, answer_too_large, not_http, no_answer,
    redirect_loop, redirected_elsewhere, html_answer,
)  # fmt: skip
