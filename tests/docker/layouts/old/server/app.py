"""The routes: health, score and swagger, with the status codes and bodies of the old server."""

import json
import os
import signal
import traceback

from aml_blueprint import AML_APP_ROOT, AMLBlueprint
from flask import Flask, Response, request
from run_function_exception import RunFunctionException

flask_app = Flask(__name__)
main = AMLBlueprint(flask_app)
user_main = main.user_main


class TimeoutException(Exception):
    status_code = 500


def plain(text, status):
    return Response(str(text), status=status, mimetype="text/html")


@flask_app.route("/", methods=["GET"])
def health_probe():
    return "Healthy"


@flask_app.route("/swagger.json", methods=["GET"])
def get_swagger_specification():
    version = request.args.get("version", "2")
    if version not in ("2", "3"):
        text = "Swagger version {0} requested from url query string is not supported. Supported versions: 2, 3"
        return plain(text.format(version), 404)
    path = os.path.join(AML_APP_ROOT, "swagger.json")
    if os.path.exists(path):
        with open(path) as file:
            return Response(json.dumps(json.load(file)), mimetype="application/json")
    return plain("Swagger not found. No decorators provided or failed to parse.", 404)


@flask_app.route("/score", methods=["OPTIONS"], provide_automatic_options=False)
def options_score():
    return Response(json.dumps("Method not allowed"), status=405, mimetype="application/json")


@flask_app.route("/score", methods=["GET"], provide_automatic_options=False)
def get_prediction_realtime():
    service_input = request.args.to_dict()
    return run_scoring(json.dumps(service_input), request.headers)


@flask_app.route("/score", methods=["POST"], provide_automatic_options=False)
def score_realtime():
    if not main.request_is_parsed_json:
        return run_scoring(request.data.decode("utf-8"), request.headers)
    main.logger.info("Validation Request Content-Type")
    if request.content_type != "application/json":
        return Response(
            json.dumps({"message": "Expects Content-Type to be application/json"}), 415, mimetype="application/json"
        )
    return run_scoring(request.get_json(), request.headers)


def run_scoring(service_input, request_headers):
    try:
        response = invoke_user_with_timer(service_input, request_headers)
    except TimeoutException:
        raise
    except Exception as exc:
        main.logger.error("Encountered Exception: {0}".format(traceback.format_exc()))
        raise RunFunctionException(str(exc))
    headers = {}
    if isinstance(response, dict) and ("aml_response_headers" in response or "aml_response_body" in response):
        headers, response = response.get("aml_response_headers", {}), response.get("aml_response_body")
    if isinstance(response, Response):
        return response
    return Response(json.dumps(response), 200, headers, mimetype="application/json")


def alarm_handler(signum, frame):
    raise TimeoutException("Scoring timeout after {0} ms".format(main.scoring_timeout_in_ms))


def invoke_user_with_timer(service_input, headers):
    if main.request_is_parsed_json and main.wrapped_parameter_name:
        params = {main.run_input_parameter_name: service_input[main.wrapped_parameter_name]}
    elif main.request_is_parsed_json:
        params = dict(service_input)
    else:
        params = {main.run_input_parameter_name: service_input}
    if main.support_request_header:
        params["request_headers"] = dict(headers)
    old_handler = signal.signal(signal.SIGALRM, alarm_handler)
    signal.setitimer(signal.ITIMER_REAL, main.scoring_timeout_in_ms / 1000)
    main.logger.info("Scoring Timer is set to {0} seconds".format(main.scoring_timeout_in_ms / 1000))
    try:
        result = user_main.run(**params)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old_handler)
    return result


@flask_app.before_request
def same_request_ids():
    given = request.headers.get("x-request-id"), request.headers.get("x-ms-request-id")
    if all(given) and given[0] != given[1]:
        return plain(
            "x-request-id and x-ms-request-id header value should be same (if you are sending both in the request)", 400
        )
    return None


@flask_app.after_request
def log_status(response):
    if request.path != "/":
        main.logger.info(response.status_code)
    return response


@flask_app.errorhandler(RunFunctionException)
@flask_app.errorhandler(TimeoutException)
def told_to_the_client(error):
    answer = plain(error, error.status_code)
    answer.headers["x-ms-run-function-failed"] = "True"
    return answer


@flask_app.errorhandler(Exception)
def unexpected(error):
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return error
    text = "An unexpected internal error occurred. Encountered Exception: {0}".format(traceback.format_exc())
    main.logger.error(text)
    return plain(text, 500)
