"""Which image could not be pulled, from which registry; and whether a later try got it."""

import re
from collections.abc import Mapping

from checks.logs.kubernetes_text import ready_later, text_of
from checks.logs.place import Place, Reader

_REFERENCE = r"[\w][\w./:@-]*[\w]"
_BEFORE = (
    r"[Ff]ail(?:ed|ure) (?:to|in) (?:image )?pull(?:ing)?(?: image)?",
    r"[Pp]ulling image",
    r"failed to resolve (?:reference|image)",
    r"pull(?:ing)? and unpack image",
    r"[Mm]anifest for",
    r"pull access denied for",
    r"docker pull",
    r"initializing source",
    r"Unable to find image",
    r"[Ii]mage:",
    r"[Ii]mage",
)
_IMAGE = re.compile(rf"(?:{'|'.join(_BEFORE)})\s+\\*[\"'`]?(?:docker://)?(?P<image>{_REFERENCE}[:/]{_REFERENCE})")
_RUN = re.compile(rf"docker (?:run|pull) (?:.*\s)?(?P<image>{_REFERENCE}:[\w][\w.-]*)")
_MANIFEST = re.compile(r"https?://(?P<host>[^/\s\"]+)/v2/(?P<name>[\w./-]+?)/(?:manifests|blobs)/(?P<tag>[\w.:-]+)")
_HOST = re.compile(r"https?://(?P<host>[^/\s\"'\\]+)/(?:v2|oauth2|token|auth)")
NEAR = 40  # lines before and after that are searched for the image


def image_of(text: str) -> str:
    """The image reference that a message names, or empty."""
    if found := _IMAGE.search(text):
        return found["image"].rstrip(".:")
    if found := _MANIFEST.search(text):
        joint = "@" if found["tag"].startswith("sha256") else ":"
        host = "" if found["host"].endswith("docker.io") else f"{found['host']}/"
        return f"{host}{found['name']}{joint}{found['tag'].rstrip('.:')}"
    return ""


def registry_of(image: str) -> str:
    """The host of an image reference; Docker Hub's where it names none."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


def pull(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Fields `image` and `registry`, of the line itself or of the nearest line that names one.

    None when a later line says that this image was pulled, or when its pod is shown ready.
    """
    lines, position = place.lines, place.position
    here = lines[position].text[:4000]
    image = fields.get("image") or image_of(here)
    for distance in range(1, NEAR) if not image else ():
        for near in (position - distance, position + distance):
            if 0 <= near < len(lines) and not image and "mage" in (raw := lines[near].raw[:2000]):
                image = image_of(raw)
    if not image:
        commands = (_RUN.search(line.raw[:2000]) for line in lines[max(0, position - NEAR) : position + 1])
        image = next((found["image"] for found in commands if found), "")
    pulled = text_of(place).pulled
    later = pulled.get(image, -1) if image else max(pulled.values(), default=-1)
    if later > position or ready_later(place):
        return None
    host = _HOST.search(here)
    registry = fields.get("host") or (
        registry_of(image) if image else host["host"] if host else "the container registry"
    )
    name = registry.split(".", 1)[0] if registry.endswith(".azurecr.io") else "<registry>"
    return {
        "image": image or "<image>",
        "what": f"`{image}`" if image else "the image",
        "registry": registry,
        "acr": name,
    }


READERS: Mapping[str, Reader] = {"pull": pull}
