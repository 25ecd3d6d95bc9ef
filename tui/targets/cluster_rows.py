"""Contexts, namespaces and workloads as rows: what is open, what was answered, what could not be reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doctor.diagnosis.call import Call
from doctor.states import Standing
from tui.targets.rows import Row, Section
from tui.waiting import NO_CLUSTER_YET, waited

if TYPE_CHECKING:
    from doctor.cluster.states import Namespaces, Workloads

EVERY_CLUSTER = Call(kind="workload", name="")
"""The kubeconfig, context and namespace as kubectl finds them."""

Node = tuple[str, str]
"""A context and a namespace; the namespace is empty for the context itself."""


@dataclass(frozen=True)
class Answer:
    """What is known of a node that is open: its answer, and why the latest could not be had."""

    found: "Namespaces | Workloads | None" = None
    error: str = ""


@dataclass
class Tree:
    """The contexts there are, which nodes are open, and what was answered. `problem` says why there is no context.

    `given` says which kubeconfig, context and namespace were asked for; its kubeconfig is that of all calls.
    """

    given: Call = EVERY_CLUSTER
    contexts: tuple[str, ...] | None = None
    current: str = ""
    problem: str = ""
    opened: set[Node] = field(default_factory=set)
    answers: dict[Node, Answer] = field(default_factory=dict)
    waited: dict[Node, float] = field(default_factory=dict)
    is_unfolded: bool = False

    def toggle(self, key: str) -> Node | None:
        """Open or close the node of a row; the node where it has been opened."""
        node = node_of(key)
        if node in self.opened:
            self.opened.discard(node)
            return None
        self.opened.add(node)
        return node

    def unfold(self) -> None:
        """Open what was asked for, the first time that it is there."""
        context = self.given.context or self.current
        if self.is_unfolded or context not in (self.contexts or ()):
            return
        self.is_unfolded = True
        if self.given != EVERY_CLUSTER:
            self.opened.add((context, ""))
        if self.given.namespace:
            self.opened.add((context, self.given.namespace))

    def polled(self) -> list[Node]:
        """The nodes whose rows can be seen."""
        return [node for node in sorted(self.opened) if not node[1] or (node[0], "") in self.opened]

    def section(self) -> Section:
        """The rows."""
        if self.contexts is None:
            return Section("Kubernetes", note="reading the kubeconfig ...")
        if not self.contexts:
            remark = Row("remark:clusters", "", "", remark=self.problem, again="clusters")
            return Section("Kubernetes", (remark,), "no cluster")
        count = len(self.contexts)
        note = f"{count:,} contexts; Enter opens one" if count > 1 else "Enter opens a context"
        return Section("Kubernetes", tuple(self._contexts()), note)

    def _contexts(self) -> Iterator[Row]:
        for name in self.contexts or ():
            node = (name, "")
            is_open = node in self.opened
            words = "current context" if name == self.current else ""
            yield Row(
                key_of(node), "context", name or "the cluster of this pod", self._standing(node, words), opens=is_open
            )
            if is_open:
                yield from self._namespaces(name)

    def _namespaces(self, context: str) -> Iterator[Row]:
        from doctor.cluster.states import Namespaces

        answer = self.answers.get((context, ""), Answer())
        yield from self._remarks((context, ""), answer, depth=1)
        if not isinstance(answer.found, Namespaces):
            return
        if len(answer.found.items) > 1:
            call = self._call(context, everywhere=True)
            yield Row(
                f"scope:{context}", "scan", "every workload of every namespace", call=call, where=context, depth=1
            )
        for one in answer.found.items:
            node = (context, one.name)
            is_open = node in self.opened
            standing = self._standing(node, one.standing.words)
            yield Row(key_of(node), "namespace", one.name, standing, one.created, where=context, depth=1, opens=is_open)
            if is_open:
                yield from self._workloads(context, one.name)

    def _workloads(self, context: str, namespace: str) -> Iterator[Row]:
        from doctor.cluster.states import Workloads

        answer = self.answers.get((context, namespace), Answer())
        yield from self._remarks((context, namespace), answer, depth=2)
        if not isinstance(answer.found, Workloads):
            return
        where = f"{namespace} {context}"
        if len(answer.found.items) > 1:
            call = self._call(context, namespace)
            yield Row(f"scope:{context}/{namespace}", "scan", "every workload here", call=call, where=where, depth=2)
        for one in answer.found.items:
            yield Row(
                f"workload:{context}/{namespace}/{one.target}",
                one.kind.lower(),
                one.name,
                one.standing,
                one.created,
                self._call(context, namespace, one.target),
                where,
                depth=2,
            )
        if not answer.found.items:
            key = f"remark:{context}/{namespace}"
            yield Row(key, "", "", remark="nothing is deployed here", again=key_of((context, namespace)), depth=2)

    def _remarks(self, node: Node, answer: Answer, depth: int) -> Iterator[Row]:
        key = key_of(node)
        if answer.error:
            yield Row(f"remark:{key}", "", "", remark=f"{answer.error} (Enter asks again)", again=key, depth=depth)
        elif answer.found is None and node in self.waited:
            yield Row(f"remark:{key}", "", "", remark=NO_CLUSTER_YET, again=key, depth=depth)
        for number, note in enumerate(answer.found.notes if answer.found else ()):
            yield Row(f"note:{number}:{key}", "", "", remark=note, again=key, depth=depth)

    def _call(self, context: str, namespace: str | None = None, name: str = "", *, everywhere: bool = False) -> Call:
        return Call(
            kind="workload",
            name=name,
            context=context or None,
            namespace=namespace,
            kubeconfig=self.given.kubeconfig,
            everywhere=everywhere,
        )

    def _standing(self, node: Node, words: str) -> Standing:
        """The words of a node, with how far it has come while it is open."""
        answer = self.answers.get(node)
        if node not in self.opened:
            return Standing(words)
        if answer is None or (answer.found is None and node in self.waited):
            return Standing(waited(self.waited.get(node, 0.0)))
        if answer.error:
            return Standing("does not answer now; what it said last" if answer.found else "cannot be read", "bad")
        return Standing(words)


def key_of(node: Node) -> str:
    """The key of a node's row. Neither name holds a line feed."""
    return f"node:{node[0]}\n{node[1]}"


def node_of(key: str) -> Node:
    """The node of a key."""
    context, _, namespace = key.removeprefix("node:").partition("\n")
    return context, namespace
