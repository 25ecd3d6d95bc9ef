"""The clusters of the kubeconfig as a source of rows: what is open is asked again and again, each node by itself."""

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.errors import DoctorError
from tui.targets.cluster_rows import EVERY_CLUSTER, Answer, Node, Tree, key_of
from tui.targets.collecting import Put
from tui.threads import in_thread
from tui.waiting import telling

if TYPE_CHECKING:
    from doctor.cluster.states import Cluster
    from doctor.diagnosis.call import Call

EVERY = 5.0  # seconds between two lists of a namespace
SELDOM = 60.0  # the same where it fails again and again
SHARE = 10  # a list that takes long is asked for the less: at most a tenth of the time goes into it


class Clusters:
    """The contexts of the kubeconfig; what is open is asked for every few seconds while somebody looks."""

    def __init__(self, put: Put, given: "Call | None" = None) -> None:
        self.tree = Tree(given=given or EVERY_CLUSTER)
        self._put = put
        self._clusters: dict[str, Cluster] = {}
        self._polls: dict[Node, asyncio.Task[None]] = {}
        self._looked_at = False

    async def read(self) -> None:
        """The contexts there are."""
        self.show()
        try:
            found = await in_thread(partial(_contexts, self.tree.given))
        except Exception as error:
            found = ((), "", _of_doctor(error))
        self.tree.contexts, self.tree.current, self.tree.problem = found
        self.tree.unfold()
        self._arrange()
        self.show()

    def show(self) -> None:
        """Tell how it stands."""
        self._put("clusters", self.tree.section())

    def look(self, *, looked_at: bool) -> None:
        """Ask while somebody looks, and not otherwise."""
        self._looked_at = looked_at
        self._arrange()

    def toggle(self, key: str) -> None:
        """Open a node, or close it."""
        self.tree.toggle(key)
        self._arrange()
        self.show()

    def ask(self, key: str) -> None:
        """Ask a node again, now."""
        for node, task in list(self._polls.items()):
            if key == key_of(node):
                task.cancel()
                del self._polls[node]
                self.tree.waited.pop(node, None)
        self._arrange()

    def close(self) -> None:
        """End everything."""
        self._looked_at = False
        self._arrange()
        for cluster in self._clusters.values():
            cluster.close()

    def _arrange(self) -> None:
        wanted = self.tree.polled() if self._looked_at else []
        for node in [node for node in self._polls if node not in wanted]:
            self._polls.pop(node).cancel()
            self.tree.waited.pop(node, None)
        for node in wanted:
            if node not in self._polls:
                self._polls[node] = asyncio.create_task(self._poll(node), name=f"asking {node}")

    async def _poll(self, node: Node) -> None:
        """Ask a node until it is closed; what fails is asked for more and more seldom."""
        pause = EVERY
        while True:
            began = time.monotonic()
            before = self.tree.answers.get(node)
            try:
                answer = await telling(in_thread(lambda: self._ask(node)), partial(self._waits, node))
                pause = EVERY
            except DoctorError as error:
                answer = Answer(before.found if before else None, _masked(error))
                pause = min(pause * 2, SELDOM)
            except Exception as error:
                answer = Answer(before.found if before else None, _of_doctor(error))
                pause = SELDOM
            self.tree.answers[node] = answer
            if self.tree.waited.pop(node, 0.0) or answer != before:
                self.show()
            await asyncio.sleep(max(pause, SHARE * (time.monotonic() - began) if not answer.error else pause))

    def _waits(self, node: Node, seconds: float) -> None:
        self.tree.waited[node] = seconds
        self.show()

    def _ask(self, node: Node) -> Answer:
        from doctor.cluster.states import Cluster

        context, namespace = node
        given = self.tree.given.kubeconfig
        cluster = self._clusters.setdefault(context, Cluster(context or None, Path(given) if given else None))
        return Answer(cluster.workloads(namespace) if namespace else cluster.namespaces())


def _contexts(given: "Call") -> tuple[tuple[str, ...], str, str]:
    """The contexts, the current one, and why there is none. One that was given is the only one."""
    from doctor.cluster.api import contexts
    from doctor.cluster.kubeconfig import current_context, settings_of
    from doctor.errors import CannotExamine

    file = Path(given.kubeconfig) if given.kubeconfig else None
    found = tuple(contexts(file))
    if found and not given.context:
        return found, current_context(file), ""
    if given.context in found:
        return (str(given.context),), current_context(file), ""
    try:
        settings = settings_of(file, given.context, 10)
    except CannotExamine as error:
        return (), "", str(error)
    return ("",), "", settings.said_by  # the account of the pod that doctor runs in


def _of_doctor(error: Exception) -> str:
    return f"{type(error).__name__}: {_masked(error)}; a bug in doctor, not in your cluster"


def _masked(error: Exception) -> str:
    from doctor.redact import redact_lines

    return redact_lines(str(error))
