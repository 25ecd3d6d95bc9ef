"""The product code lives in a package of its own; the entry script only names it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

from service.scoring import init, run  # noqa: E402

__all__ = ["init", "run"]
