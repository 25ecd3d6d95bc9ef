"""Work beside the screen: told when it fails, ended with the widget, replaced by the next of its group."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.worker import Worker

Job = Callable[[], Coroutine[Any, Any, None]]
"""Called when its turn has come: a coroutine that is made before, and then replaced, would never be awaited."""


def beside(
    node: "DOMNode",
    job: Job,
    *,
    what: str,
    group: str,
    exclusive: bool = True,
    tell: Callable[[Exception], None] | None = None,
) -> "Worker[None]":
    """Do `job` beside the screen, for as long as `node` is there; `exclusive` ends what the group was doing.

    An exception ends nothing: it is handed to `tell`, or told with `what` was being done.
    """

    async def guarded() -> None:
        try:
            await job()
        except Exception as error:
            if tell is None:
                node.app.tell_error(what, error)  # type: ignore[attr-defined]
            else:
                tell(error)

    return node.run_worker(guarded, name=what, group=group, exclusive=exclusive)
