"""The logger of the server: each message once with time and level on standard error, and once bare."""

import logging
import sys


def logger():
    made = logging.getLogger("root")
    if not made.handlers:
        told = logging.StreamHandler(sys.stdout)
        told.setFormatter(logging.Formatter("%(asctime)s | %(name)s | %(levelname)s | %(message)s"))
        made.addHandler(told)
        bare = logging.StreamHandler(sys.stderr)
        bare.setFormatter(logging.Formatter("%(message)s"))
        made.addHandler(bare)
        made.setLevel(logging.INFO)
        made.propagate = False
    return made
