"""What is taken out of records before anybody sees them: values of secrets in variables, words and messages, and the
annotation that repeats the whole object.
"""

from typing import Any

from msgspec.structs import force_setattr

from checks.cluster.events import Event
from checks.cluster.metadata import Condition, Metadata
from checks.cluster.pods import Container, ContainerState, Exec, Pod, PodSpec, Probe
from checks.cluster.workloads import Controller
from doctor.containers.variables import arguments_of, without_secret
from doctor.redact import redact

DROPPED = "kubectl.kubernetes.io/last-applied-configuration"
MOST_ANNOTATION = 1000  # characters of one; controllers keep whole documents there


class Cleaner:
    """Cleans the records of one list. The same text stands in many of them, and is judged once.

    Records are changed in place: they have just been made, and nobody else knows them yet.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._words: dict[tuple[str, ...], tuple[str, ...]] = {}

    def clean(self, item: Any) -> Any:
        """The record without secrets."""
        metadata = getattr(item, "metadata", None)
        if isinstance(metadata, Metadata):
            self._metadata(metadata)
        if isinstance(item, Pod):
            self._spec(item.spec)
            self._status(item)
        elif isinstance(item, Controller):
            self._metadata(item.spec.template.metadata)
            self._spec(item.spec.template.spec)
        elif isinstance(item, Event):
            self._put(item, "message")
        conditions = getattr(getattr(item, "status", None), "conditions", ())
        for condition in conditions:
            if isinstance(condition, Condition):
                self._put(condition, "message")
        return item

    def _metadata(self, metadata: Metadata) -> None:
        annotations = metadata.annotations
        if annotations:
            annotations.pop(DROPPED, None)
            for key, value in annotations.items():
                annotations[key] = self._value(key, value[:MOST_ANNOTATION])

    def _status(self, pod: Pod) -> None:
        status = pod.status
        self._put(status, "message")
        every = (*status.init_container_statuses, *status.container_statuses, *status.ephemeral_container_statuses)
        for one in every:
            self._state(one.state)
            self._state(one.last_state)

    def _state(self, state: ContainerState) -> None:
        for one in (state.waiting, state.terminated):
            if one is not None:
                self._put(one, "message")

    def _spec(self, spec: PodSpec) -> None:
        for container in (*spec.init_containers, *spec.containers, *spec.ephemeral_containers):
            self._container(container)
        for volume in spec.volumes:
            if volume.csi:
                attributes = volume.csi.volume_attributes
                attributes.update({key: self._value(key, value) for key, value in attributes.items()})

    def _container(self, container: Container) -> None:
        for variable in container.env:
            if variable.value:
                value = self._value(variable.name, variable.value)
                if value is not variable.value:
                    force_setattr(variable, "value", value)
        for name, words in (("command", container.command), ("args", container.args)):
            if words:
                force_setattr(container, name, self._arguments(words))
        for probe in (container.liveness_probe, container.readiness_probe, container.startup_probe):
            if probe:
                self._probe(probe)
        if container.lifecycle:
            for handler in (container.lifecycle.post_start, container.lifecycle.pre_stop):
                if handler and handler.exec:
                    self._exec(handler.exec)

    def _probe(self, probe: Probe) -> None:
        if probe.exec:
            self._exec(probe.exec)
        if probe.http_get:
            self._put(probe.http_get, "path")

    def _exec(self, one: Exec) -> None:
        force_setattr(one, "command", self._arguments(one.command))

    def _put(self, record: Any, name: str) -> None:
        text = getattr(record, name)
        if text:
            clean = self._texts.get(text)
            if clean is None:
                clean = self._texts[text] = redact.__wrapped__(text)
            if clean is not text:
                force_setattr(record, name, clean)

    def _value(self, name: str, value: str) -> str:
        key = (name, value)
        clean = self._values.get(key)
        if clean is None:
            clean = self._values[key] = without_secret(name, value)
        return clean

    def _arguments(self, words: tuple[str, ...]) -> tuple[str, ...]:
        clean = self._words.get(words)
        if clean is None:
            clean = self._words[words] = arguments_of(words)
        return clean
