"""What can go wrong with a call, apart from the target's own faults.

DoctorError
├── CannotExamine   the target is not there or cannot be read (exit 3)
└── ConfigError     an option, a configuration file or a variable is wrong (exit 2)
"""


class DoctorError(Exception):
    """Base of the errors that doctor explains to the person at the terminal."""


class CannotExamine(DoctorError):
    """The target could not be looked at. The text names the place and the remedy."""


class ConfigError(DoctorError):
    """A setting is wrong. The text names the place, what was seen, and the remedy."""
