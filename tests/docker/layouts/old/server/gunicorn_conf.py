"""Settings of gunicorn."""

import os
import sys

bind = "127.0.0.1:31311"
workers = int(os.environ.get("WORKER_COUNT", 1))
timeout = int(os.environ.get("WORKER_TIMEOUT", 300))
logconfig = os.path.join(os.environ.get("AML_SERVER_ROOT", "/var/azureml-server"), "gunicorn_logging.conf")


def pre_fork(server, worker):
    server.log.info("worker timeout is set to {0}".format(timeout))


def worker_abort(worker):
    worker.log.error("worker timed out, killing gunicorn")
    sys.exit(3)
