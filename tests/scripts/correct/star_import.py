from scoring_base import *  # noqa: F403  brings init, run and their helpers
