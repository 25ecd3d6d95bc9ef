"""The whole log of a container of a pod, and what it goes on to write."""

from collections.abc import Callable, Iterator
from pathlib import Path

from doctor.cluster.api import SECONDS, Access, Api, Refused, connect
from doctor.cluster.pod_logs import whole_lines
from doctor.errors import CannotExamine
from doctor.logs.spooling import lines_of
from doctor.logs.wholes import Whole

LONGEST = 7 * 24 * 3600.0  # seconds that a log may be followed
_NO_FOLLOWING = frozenset({400, 405, 501})

Add = Callable[[int, bytes], None]


def follow(whole: Whole, add: Add, *, waits: bool = True) -> str:
    """Give every line to `add` until the container has ended; what is to be told of the end.

    `waits` False: only what it has written so far. A server that does not follow is read once. Raises CannotExamine.
    """
    kubeconfig = Path(whole.kubeconfig) if whole.kubeconfig else None
    with connect(Access(kubeconfig, whole.context, LONGEST if waits else SECONDS)) as api:
        try:
            if waits and not whole.previous:
                _give(api, whole, add, follow=True)
                return "the container has ended, or the server closed the log"
        except Refused as error:
            if error.status not in _NO_FOLLOWING:
                raise CannotExamine(str(error)) from error
        try:
            _give(api, whole, add, follow=False)
        except Refused as error:
            raise CannotExamine(str(error)) from error
        if whole.previous or not waits:
            return ""
        return "the server does not follow logs; leave and come back to read it anew"


def _give(api: Api, whole: Whole, add: Add, *, follow: bool) -> None:
    query: dict[str, str | int | bool] = {"container": whole.name, "timestamps": True}
    query |= {"follow": True} if follow else {}
    query |= {"previous": True} if whole.previous else {}
    with api.opened(f"/api/v1/namespaces/{whole.namespace}/pods/{whole.pod}/log", query) as pieces:
        for line in _lines(pieces):
            add(0, line)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from whole_lines(lines_of(pieces))
