# ---------------------------------------------------------
# a wrapper in the manner of the earlier SDK's generated main.py
# ---------------------------------------------------------
import importlib.util as imp
import os

script_location = os.path.join(os.path.dirname(os.path.realpath(__file__)), "score.py")
driver_module_spec = imp.spec_from_file_location("service_driver", script_location)
driver_module = imp.module_from_spec(driver_module_spec)
driver_module_spec.loader.exec_module(driver_module)


def run(http_body, request_headers):
    return driver_module.run(http_body)


def init():
    driver_module.init()
