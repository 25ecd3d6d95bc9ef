"""Commands that make a container anew with one thing changed, in the way it was made."""

import re
from collections.abc import Sequence
from typing import Any

from checks.container.seen import image_of, name_of_image
from checks.containers import POD_LABELS, Container
from checks.finding import Fix, Safety
from checks.kubernetes.patching import MANAGED, patched, yaml_lines

OTHERS = "<its other options>"
DEPLOYMENT = {"doctor": "gate"}
"""The labels of a container that stands for a deployment to be."""


def made_by(container: Container) -> str:
    """`kubernetes` (a pod), `edge` (IoT Edge), `compose`, `azureml` (local endpoint), `deployment` (one to be, tried by
    doctor itself) or `docker`. Told by the labels that these set.
    """
    if container.is_pod:
        return "kubernetes"
    if container.labels == DEPLOYMENT:
        return "deployment"
    for prefix, maker in (
        ("net.azure-devices.edge", "edge"),
        ("com.docker.compose", "compose"),
        ("azureml-", "azureml"),
    ):
        if any(label.startswith(prefix) for label in container.labels):
            return maker
    return "docker"


def remade(
    title: str,
    container: Container,
    *options: str,
    compose: str = "",
    edge: str = "",
    command: str = "",
) -> Fix:
    """A fix that makes the container again with these options of `docker run`.

    `compose` is the line for its service in the compose file, `edge` the entry of the module's createOptions; a
    container of theirs is made again by them, and would be lost otherwise. Of a pod the workload's template is changed.
    """
    maker = made_by(container)
    if maker == "kubernetes":
        return of_pod(title, container, options)
    if maker == "deployment":
        return Fix(title=f"{title}, in the deployment's definition")
    if maker == "compose" and compose:
        service = container.labels.get("com.docker.compose.service", container.name)
        commands = (f"# compose file, services, {service}:", compose, f"docker compose up -d {service}")
        return Fix(title=title, commands=commands)
    if maker == "edge" and edge:
        return Fix(title=title, commands=("# createOptions of the module in the deployment manifest:", edge))
    if maker == "azureml":
        deployment = container.labels.get("azureml-local-deployment", "<deployment>")
        endpoint = container.labels.get("azureml-local-endpoint", "<endpoint>")
        command = f"az ml online-deployment update --local -n {deployment} -e {endpoint} -f <deployment.yml>"
        return Fix(title=f"{title}, in the deployment's definition", safety=Safety.PLACEHOLDER, commands=(command,))
    words = ["docker", "run", "-d", "--name", container.name, *options]
    others = _has_other_options(container)
    words += [OTHERS] if others else []
    words += [name_of_image(container), *([command] if command else [])]
    placeholder = others or any("<" in word for word in words)
    return Fix(
        title=f"{title}; keep {OTHERS}" if others and "<" not in title else title,
        safety=Safety.PLACEHOLDER if placeholder else Safety.REVIEW,
        commands=(f"docker rm -f {container.name}", " ".join(words)),
    )


def with_variable(container: Container, name: str, value: str) -> str:
    """The title of a fix that gives a variable to a container, or to the deployment that it stands for."""
    maker = made_by(container)
    if maker == "deployment":
        return f"set {name}={value} in the deployment's environment_variables"
    if maker == "kubernetes":
        return f"set {name}={value} in the container's env"
    return f"make the container anew with {name}={value}"


def executed(container: Container, command: str) -> str:
    """A command inside of the container, as a person types it."""
    if not container.is_pod:
        return f"docker exec {container.name} {command}"
    return f"kubectl exec {_pod(container)} -c {container.name} -- {command}"


def lines_of_log(container: Container, count: int) -> str:
    """The command that shows the last lines of the log."""
    if not container.is_pod:
        return f"docker logs --tail {count} {container.name}"
    return f"kubectl logs {_pod(container)} -c {container.name} --tail={count}"


def memory_used(container: Container) -> str:
    """The command that shows what the container uses now."""
    if not container.is_pod:
        return f"docker stats --no-stream {container.name}"
    return f"kubectl top pod {_pod(container)} --containers"


def processes_of(container: Container, columns: str = "") -> str:
    """The command that shows its processes."""
    if container.is_pod:
        return executed(container, f"ps -eo {columns}" if columns else "ps -ef")
    return f"docker top {container.name}" + (f" -eo {columns}" if columns else "")


def mounts_of(container: Container) -> str:
    """The command that shows its mounts."""
    if container.is_pod:
        return f"kubectl describe pod {_pod(container)}"
    return f"docker inspect --format '{{{{json .Mounts}}}}' {container.name}"


def diagnosed(container: Container, *options: str) -> str:
    """The command that has doctor examine the container again."""
    if container.is_pod:
        name, namespace = (container.labels.get(label, "<pod>") for label in POD_LABELS[:2])
        kept = [option for option in options if option != "--network"]  # a copy of a pod has one always
        return " ".join(["doctor diagnose k8s", f"pod/{name}", "-n", namespace, *kept])
    return " ".join(["doctor diagnose docker", container.name, *options])


def of_pod(title: str, container: Container, options: Sequence[str]) -> Fix:
    """Options of `docker run` as a patch of the template that the pod is made from.

    What has no counterpart in a pod, or cannot be patched (a bare pod, a job), is told by the title alone.
    """
    kind, _, name = container.labels.get(POD_LABELS[3], "").partition("/")
    pod_spec = _fields(container, options)
    if not pod_spec:
        return Fix(title=f"{title}, in the pod's definition")
    if kind.lower() not in MANAGED:
        return Fix(title=f"{title}, in the pod's definition", commands=yaml_lines(pod_spec))
    body = {"spec": {"template": {"spec": pod_spec}}}
    return patched(title, kind, name, container.labels.get(POD_LABELS[1], ""), body)


def _fields(container: Container, options: Sequence[str]) -> dict[str, Any]:
    """The pod's spec, as a strategic patch, that says what these options say; empty where one of them is unknown."""
    of_container: dict[str, Any] = {}
    volumes: list[dict[str, Any]] = []
    pairs = [one for option in options for one in (option.split("=", 1) if option.startswith("--") else [option])]
    if len(pairs) % 2:
        return {}
    for option, value in zip(pairs[::2], pairs[1::2], strict=True):
        match option:
            case "-e":
                variable, _, text = value.partition("=")
                of_container.setdefault("env", []).append({"name": variable, "value": text})
            case "--memory":
                limit = {"memory": _quantity(value)}
                of_container["resources"] = {"limits": limit}
            case "--gpus":
                of_container["resources"] = {"limits": {"nvidia.com/gpu": 1}}
            case "-v":
                place, _, mode = value.partition(":")[2].partition(":")
                mount = {"name": "<volume that holds it>", "mountPath": place, **({"readOnly": True} if mode else {})}
                of_container.setdefault("volumeMounts", []).append(mount)
            case "--cap-add":
                security = of_container.setdefault("securityContext", {"capabilities": {"add": []}})
                security["capabilities"]["add"].append(value)
            case "--shm-size" | "--tmpfs":
                is_shared = option == "--shm-size"
                place, _, detail = ("/dev/shm", "", f"size={value}") if is_shared else value.partition(":")  # noqa: S108
                name = "shared-memory" if is_shared else place.strip("/").replace("/", "-").lower()
                size = detail.removeprefix("size=") if detail.startswith("size=") else ""
                folder = {"medium": "Memory", "sizeLimit": _quantity(size)} if size else {}
                volumes.append({"name": name, "emptyDir": folder})
                of_container.setdefault("volumeMounts", []).append({"name": name, "mountPath": place})
            case _:
                return {}
    found: dict[str, Any] = {"containers": [{"name": container.name, **of_container}]} if of_container else {}
    return found | ({"volumes": volumes} if volumes else {})


def _quantity(size: str) -> str:
    """A size of `docker run` (`512m`) as the API writes it (`512Mi`)."""
    return re.sub(r"(?i)(\d)([kmg])b?$", lambda found: f"{found[1]}{found[2].upper()}i", size)


def _pod(container: Container) -> str:
    name, namespace = (container.labels.get(label, "<pod>") for label in POD_LABELS[:2])
    return f"{name} -n {namespace}"


def _has_other_options(container: Container) -> bool:
    image = image_of(container)
    of_image = set(image.environment) if image else set()
    published = any(port.host_port is not None for port in container.ports)
    return bool(set(container.environment) - of_image or container.mounts or published)
