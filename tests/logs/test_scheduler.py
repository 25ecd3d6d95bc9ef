"""The scheduler's message: reasons with their counts, and the one to cure."""

import pytest

from checks.evidence import Log
from checks.logs.analysis import analyse
from checks.logs.findings import findings
from checks.logs.scheduler import Kind, primary, reasons, told

GPU_TAINT = (
    "0/7 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: A10}, 3 Insufficient nvidia.com/gpu, "
    "3 node(s) had untolerated taint {node-role.kubernetes.io/master: }. preemption: 0/7 nodes are available: "
    "3 No preemption victims found for incoming pod, 4 Preemption is not helpful for scheduling."
)


def test_every_reason_has_its_count_and_the_preemption_is_none() -> None:
    nodes, found = reasons(GPU_TAINT)
    assert nodes == 7
    assert [(one.kind, one.count, one.subject) for one in found] == [
        (Kind.TAINT, 1, "nvidia.com/gpu=A10"),
        (Kind.ACCELERATOR, 3, "nvidia.com/gpu"),
        (Kind.CONTROL_PLANE, 3, "node-role.kubernetes.io/master"),
    ]
    assert "3 nodes with insufficient nvidia.com/gpu" in told(found)


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ("1 node(s) had untolerated taint {nvidia.com/gpu: A10}, 3 Insufficient nvidia.com/gpu", Kind.TAINT),
        ("2 node(s) had untolerated taint {sku: gpu}, 3 Insufficient cpu", Kind.RESOURCES),
        ("2 node(s) had taint {sku: gpu}, that the pod didn't tolerate, 3 Insufficient memory", Kind.RESOURCES),
        (
            "3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 Insufficient cpu",
            Kind.RESOURCES,
        ),
        ("1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 Too many pods", Kind.PODS),
        ("1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector", Kind.RESOURCES),
        ("1 node(s) were unschedulable, 1 node(s) had volume node affinity conflict", Kind.VOLUME_NODE),
        ("1 node(s) were unschedulable", Kind.CORDONED),
        ('persistentvolumeclaim "store" not found', Kind.CLAIM),
        ("2 node(s) did not like it", Kind.OTHER),
    ],
)
def test_what_is_to_be_cured(listed: str, kind: Kind) -> None:
    first = primary(reasons(f"0/9 nodes are available: {listed}.")[1])
    assert first is not None
    assert first.kind is kind


def test_other_text_has_no_reasons() -> None:
    assert reasons("3/3 pods are ready") == (0, ())
    assert primary(()) is None


EVENT = "{age}  Warning  FailedScheduling  pod/{pod}  0/{nodes} nodes are available: {nodes} Insufficient cpu."


def causes(*lines: str) -> list[str]:
    return [group.signature.id for group in analyse(Log(source="log.txt", text="\n".join(lines))).causes]


def test_a_pod_that_found_a_node_is_no_cause_and_another_one_is() -> None:
    assigned = "2m  Normal  Scheduled  pod/a-1  Successfully assigned scoring/a-1 to node-3"
    assert causes(EVENT.format(age="5m", pod="a-1", nodes=3), assigned) == []
    assert causes(EVENT.format(age="5m", pod="a-2", nodes=3), assigned) == ["pod-resources-insufficient"]


def test_a_running_pod_in_the_list_of_pods_had_been_scheduled() -> None:
    event = EVENT.format(age="5m", pod="a-1", nodes=3)
    assert causes(event, "a-1   1/1   Running   0   6m") == []
    assert causes(event, "a-1   0/1   Pending   0   6m") == ["pod-resources-insufficient"]


def test_messages_that_differ_in_counts_are_one_cause() -> None:
    told_once = causes(*(EVENT.format(age="5m", pod="a-1", nodes=nodes) for nodes in (3, 3, 4, 4)))
    assert told_once == ["pod-resources-insufficient"]


def test_the_autoscaler_is_quoted_in_the_reason() -> None:
    refusal = "1m  Normal  NotTriggerScaleUp  pod/a-1  pod didn't trigger scale-up: 1 max node group size reached"
    log = Log(source="log.txt", text="\n".join([EVENT.format(age="5m", pod="a-1", nodes=3), refusal]))
    assert "1 max node group size reached" in findings(log)[0].why
