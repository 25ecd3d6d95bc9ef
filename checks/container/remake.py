"""Commands that make a container anew with one thing changed, in the way it was made."""

from checks.container.seen import image_of, name_of_image
from checks.containers import Container
from checks.finding import Fix, Safety

OTHERS = "<its other options>"
DEPLOYMENT = {"doctor": "gate"}
"""The labels of a container that stands for a deployment to be."""


def made_by(container: Container) -> str:
    """`edge` (IoT Edge), `compose`, `azureml` (local endpoint), `deployment` (one to be, tried by doctor itself) or
    `docker`. Told by the labels that these set.
    """
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
    container of theirs is made again by them, and would be lost otherwise.
    """
    maker = made_by(container)
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
    if made_by(container) == "deployment":
        return f"set {name}={value} in the deployment's environment_variables"
    return f"make the container anew with {name}={value}"


def _has_other_options(container: Container) -> bool:
    image = image_of(container)
    of_image = set(image.environment) if image else set()
    published = any(port.host_port is not None for port in container.ports)
    return bool(set(container.environment) - of_image or container.mounts or published)
