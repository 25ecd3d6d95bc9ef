"""The roles of docs/kubernetes give what doctor reads, and nothing else."""

import pytest
from cluster.live.reader import ROLES
from ruamel.yaml import YAML

from doctor.cluster.resources import RESOURCES

READ = {
    (place.group, place.plural) for name, kind in RESOURCES.items() if name != "secrets" for place in kind.places
} | {("", "pods/log")}


def rights_of(name: str) -> set[tuple[str, str, str]]:
    """API group, resource and verb of every right that a role gives."""
    rules = YAML(typ="safe").load(ROLES / name)["rules"]
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_reader_gives_what_is_read_and_no_more() -> None:
    assert rights_of("reader.yaml") == {(*one, verb) for one in READ for verb in ("get", "list")}


@pytest.mark.parametrize("name", [path.name for path in sorted(ROLES.glob("*.yaml"))])
def test_roles_are_told_apart(name: str) -> None:
    role = YAML(typ="safe").load(ROLES / name)
    assert role["kind"] == "ClusterRole"
    assert role["metadata"]["name"] == f"doctor-{name.removesuffix('.yaml')}"
    others = [path.name for path in ROLES.glob("*.yaml") if path.name != name]
    assert not rights_of(name) & set().union(*map(rights_of, others))
    assert not {verb for _, _, verb in rights_of(name)} & {"*", "watch", "update", "patch", "deletecollection"}
