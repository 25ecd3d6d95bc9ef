"""What the checks of ingresses share: every place that a rule leads to, and how it is named."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from checks.cluster.traffic import Backend, Ingress, IngressRule


def backends(ingress: Ingress) -> Iterator[tuple[IngressRule | None, Backend]]:
    """The backends of an ingress with their rules; None for the default."""
    for rule in ingress.rules:
        yield rule, rule.backend
    if ingress.default_backend:
        yield None, ingress.default_backend


def at(rule: IngressRule | None) -> str:
    """A rule as a person would name it: `score.example.com/score`."""
    return f"{rule.host or '*'}{rule.path or '/'}" if rule else "default backend"


def near(name: str, there: Iterable[str]) -> str | None:
    """The name most like one that is not there; None where none is like it."""
    return next(iter(get_close_matches(name, list(there), 1, 0.6)), None)
