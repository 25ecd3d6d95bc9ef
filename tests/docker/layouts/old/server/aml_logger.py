"""The logger of the server: each message once with time and level, and once bare; as in 2018 once, in JSON."""

import json
import logging
import sys

from log_format import IN_JSON, Lines

NO_REQUEST = "00000000-0000-0000-0000-000000000000"


class InRequest(logging.Filter):
    """Wraps a message with the request that it belongs to."""

    def filter(self, record):
        record.msg = json.dumps({"requestId": NO_REQUEST, "message": str(record.msg), "apiName": ""})
        return True


def logger():
    made = logging.getLogger("root")
    if made.handlers:
        return made
    made.setLevel(logging.INFO)
    made.propagate = False
    bare = logging.StreamHandler(sys.stderr)
    bare.setFormatter(Lines("%(message)s"))
    if IN_JSON:
        bare.addFilter(InRequest())
    else:
        told = logging.StreamHandler(sys.stdout)
        told.setFormatter(logging.Formatter("%(asctime)s | %(name)s | %(levelname)s | %(message)s"))
        made.addHandler(told)
    made.addHandler(bare)
    return made
