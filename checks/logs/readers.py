"""Functions that read more out of a log than one pattern can; a signature names one in `reader`."""

from collections.abc import Mapping

from checks.logs import (
    access_text,
    build_text,
    hosts,
    image_pulls,
    imports,
    kubernetes_text,
    model_files,
    platform_text,
    probe_text,
    requests,
    scheduler,
    workers,
)
from checks.logs.place import Place, Reader

__all__ = ["READERS", "Place", "Reader"]

READERS: Mapping[str, Reader] = {
    **access_text.READERS,
    **build_text.READERS,
    **hosts.READERS,
    **image_pulls.READERS,
    **imports.READERS,
    **kubernetes_text.READERS,
    **model_files.READERS,
    **platform_text.READERS,
    **probe_text.READERS,
    **requests.READERS,
    **scheduler.READERS,
    **workers.READERS,
}
"""Every reader by the name that signatures use."""
