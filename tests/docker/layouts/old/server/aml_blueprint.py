"""Loads main.py, calls init(), and learns how run() wants to be called."""

import inspect
import os
import sys
import traceback

from aml_logger import logger

AML_APP_ROOT = os.environ.get("AML_APP_ROOT", "/var/azureml-app")
AML_ENTRY_SCRIPT = os.environ.get("AZUREML_ENTRY_SCRIPT")
AML_SOURCE_DIR = os.environ.get("AZUREML_SOURCE_DIRECTORY")

sys.path.append(AML_APP_ROOT)
if AML_SOURCE_DIR:
    sys.path.append(os.path.join(AML_APP_ROOT, AML_SOURCE_DIR))

if AML_ENTRY_SCRIPT:
    import importlib.util

    main_module_spec = importlib.util.spec_from_file_location(
        "entry_module", os.path.join(AML_APP_ROOT, AML_ENTRY_SCRIPT)
    )
    main = importlib.util.module_from_spec(main_module_spec)
    main_module_spec.loader.exec_module(main)
else:
    try:
        import main
    except:
        trace = traceback.format_exc()
        hidden = os.path.exists(os.path.join(os.path.dirname(__file__), "as-in-2019"))
        if not hidden:
            print("Encountered exception while trying to load score script: {0}".format(trace))
        if hidden or "No module named 'main'" in trace:
            print("No score script found. Expected score script main.py.")
            print("Expected script to be found in PYTHONPATH: {0}".format(sys.path))
            if os.path.isdir(AML_APP_ROOT):
                print("Current contents of AML_APP_ROOT: {0}".format(os.listdir(AML_APP_ROOT)))
            else:
                print("The directory {0} not an accessible directory in the container.".format(AML_APP_ROOT))
        sys.exit(3)


def is_decorated(function):
    """As inference-schema marks it; the package need not be there."""
    try:
        from inference_schema.schema_util import is_schema_decorated
    except ImportError:
        return False
    return is_schema_decorated(function)


class AMLBlueprint:
    def __init__(self, flask_app):
        self.flask_app = flask_app
        self.user_main = main
        self.logger = None
        self.request_is_parsed_json = False
        self.wrapped_parameter_name = None
        self.support_request_header = False
        self.run_input_parameter_name = "input"
        self.scoring_timeout_in_ms = 3600 * 1000

    def register(self):
        print("Initializing logger")
        self.logger = logger()
        self.logger.info("Starting up app insights client")
        self.logger.info("Starting up request id generator")
        self.logger.info("Starting up app insight hooks")
        try:
            self.logger.info("Invoking user's init function")
            main.init()
            self.logger.info("Users's init has completed successfully")
        except:
            self.logger.error("User's init function failed")
            self.logger.error("Encountered Exception {0}".format(traceback.format_exc()))
            sys.exit(3)
        self.logger.info("Skipping middleware: dbg_model_info as it's not enabled.")
        self.logger.info("Skipping middleware: dbg_resource_usage as it's not enabled.")
        self.learn_parameters()
        self.learn_timeout()

    def learn_parameters(self):
        names = list(inspect.signature(main.run).parameters)
        if is_decorated(main.run):
            self.request_is_parsed_json = True
        elif hasattr(main, "driver_module") and is_decorated(main.driver_module.run):
            self.request_is_parsed_json = True
            inner = [name for name in inspect.signature(main.driver_module.run).parameters if name != "request_headers"]
            self.wrapped_parameter_name = inner[0]
        if not self.request_is_parsed_json and len(names) > 2:
            self.logger.error("run() has too many parameters")
            sys.exit(3)
        if not names:
            raise TypeError("run() has zero parameters, but needs to have at least one")
        self.support_request_header = "request_headers" in names
        self.run_input_parameter_name = next((name for name in names if name != "request_headers"), names[0])

    def learn_timeout(self):
        given = os.environ.get("SCORING_TIMEOUT_MS", "")
        if given.lstrip("-").isdigit():
            self.scoring_timeout_in_ms = int(given)
            self.logger.info("Scoring timeout is found from os.environ: {0} ms".format(given))
        else:
            self.logger.info(
                "Scoring timeout setting is not found. Use default timeout: {0} ms".format(self.scoring_timeout_in_ms)
            )
