# Wraps the entry script, as the SDK generated it for every service of these years.
import importlib.util
import inspect
import os

script_location = os.path.join(os.path.dirname(os.path.realpath(__file__)), "score.py")
driver_module_spec = importlib.util.spec_from_file_location("service_driver", script_location)
driver_module = importlib.util.module_from_spec(driver_module_spec)
driver_module_spec.loader.exec_module(driver_module)


def run(http_body, request_headers):
    global run_supports_request_headers
    arguments = {run_input_parameter_name: http_body}
    if run_supports_request_headers:
        arguments["request_headers"] = request_headers
    return_obj = driver_module.run(**arguments)
    return return_obj


def init():
    global run_input_parameter_name
    global run_supports_request_headers

    names = list(inspect.signature(driver_module.run).parameters)
    run_input_parameter_name = names[0] if names[0] != "request_headers" else names[1]
    run_supports_request_headers = "request_headers" in names

    driver_module.init()
