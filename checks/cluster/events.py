"""Events: what the parts of a cluster said of an object, as long as the server keeps it (one hour by default)."""

from checks.cluster.metadata import Object, ObjectReference


class Event(Object, frozen=True):
    """One event, whichever of the two APIs served it; the collector brings both into this form.

    `first` and `last` are UTC times, `count` how often it was said. `reporter` is the component (`kubelet`,
    `default-scheduler`).
    """

    about: ObjectReference
    reason: str = ""
    message: str = ""
    type: str = "Normal"
    count: int = 1
    first: str | None = None
    last: str | None = None
    reporter: str = ""

    @property
    def is_warning(self) -> bool:
        """True for a warning."""
        return self.type == "Warning"
