import functools
import json
import logging
import time

log = logging.getLogger(__name__)


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.time()
        try:
            return function(*args, **kwargs)
        finally:
            log.info("%s took %.3f s", function.__name__, time.time() - start)

    return wrapper


def init():
    log.info("nothing to load")


@timed
def run(data):
    return sum(json.loads(data)["numbers"])
