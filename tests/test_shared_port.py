"""A service over two workloads: its port fits the other one, so that it is not what is to be changed."""

from typing import Any

from checks.kubernetes.scenes import pod, running, scene
from checks.kubernetes.target_port_wrong import SAYS, WRONG, target_port_wrong


def fixes(*others: Any) -> list[str]:
    seen = scene(SAYS, pods=(pod(running()),), services=(WRONG,), others=others)()
    (one,) = target_port_wrong.look(seen)
    return [fix.title for fix in one.fixes]


def other(owner: str) -> Any:
    reference = {"kind": "ReplicaSet", "name": f"{owner}-5f6b7c8d9", "controller": True}
    return {"name": f"{owner}-5f6b7c8d9-x2x4z", "labels": {"app": "score"}, "ownerReferences": [reference]}


def test_the_service_is_changed_where_it_leads_to_one_workload() -> None:
    assert fixes() == ["let port 80 of the service lead to 5001"]
    assert fixes(other("score")) == fixes(), "more pods of its own"


def test_the_server_is_changed_where_the_service_leads_to_another_too() -> None:
    (title,) = fixes(other("blue"))
    assert title == "let deployment/score listen on 8080: service/score leads to blue as well"
