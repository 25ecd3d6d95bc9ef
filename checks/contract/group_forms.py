"""Request bodies by their form: JSON or not, encodings, wrappers, formats of other services."""

from checks.check import Check
from checks.contract.base64_prefix import base64_prefix
from checks.contract.base64_sent import base64_sent
from checks.contract.binary_sent import binary_sent
from checks.contract.body_empty import body_empty
from checks.contract.body_encoding import body_encoding
from checks.contract.csv_sent import csv_sent
from checks.contract.double_encoded import double_encoded
from checks.contract.form_encoded import form_encoded
from checks.contract.json_bracket import json_bracket
from checks.contract.json_comma import json_comma
from checks.contract.json_constant import json_constant
from checks.contract.json_cut_off import json_cut_off
from checks.contract.json_for_file import json_for_file
from checks.contract.json_invalid import json_invalid
from checks.contract.json_javascript import json_javascript
from checks.contract.json_look_alike import json_look_alike
from checks.contract.json_python_literal import json_python_literal
from checks.contract.json_string import json_string
from checks.contract.json_text_after import json_text_after
from checks.contract.markup_sent import markup_sent
from checks.contract.other_service_form import other_service_form
from checks.contract.path_sent import path_sent
from checks.contract.placeholder_sent import placeholder_sent
from checks.contract.printed_object import printed_object
from checks.contract.request_copied import request_copied
from checks.contract.wrapper_missing import wrapper_missing
from checks.contract.wrapper_twice import wrapper_twice
from checks.contract.yaml_sent import yaml_sent

CHECKS: tuple[Check, ...] = (
    json_python_literal,
    json_comma,
    json_javascript,
    json_look_alike,
    json_string,
    json_cut_off,
    json_bracket,
    json_text_after,
    json_invalid,
    placeholder_sent,
    body_empty,
    body_encoding,
    markup_sent,
    request_copied,
    form_encoded,
    path_sent,
    printed_object,
    csv_sent,
    yaml_sent,
    base64_sent,
    binary_sent,
    json_for_file,
    base64_prefix,
    double_encoded,
    other_service_form,
    wrapper_missing,
    wrapper_twice,
    json_constant,
)
