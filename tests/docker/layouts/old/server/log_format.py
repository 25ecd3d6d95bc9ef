"""What a line of the log looks like: the bare message, or JSON as in 2018."""

import datetime
import json
import logging
import os
import socket

IN_JSON = os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "as-in-2018"))


class Lines(logging.Formatter):
    def format(self, record):
        if not IN_JSON:
            return super().format(record)
        at = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        line = {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "message": record.getMessage(),
            "host": socket.gethostname(),
            "path": record.pathname,
            "tags": "%(module)s, %(asctime)s, %(levelname)s, %(message)s",
            "level": record.levelname,
            "logger": record.name,
        }
        if record.args:
            line["msg"] = record.msg
        return json.dumps({**line, "stack_info": None})
