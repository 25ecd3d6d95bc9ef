"""One change of tests/manifests/healthy.yaml each: what an API server says of it, and what doctor must say."""

from dataclasses import dataclass
from pathlib import Path

HEALTHY = Path(__file__).parent / "manifests" / "healthy.yaml"

LIVENESS = "livenessProbe:\n            httpGet: { path: /, port: http }"
MOUNT = "              mountPath: /model\n              readOnly"


@dataclass(frozen=True)
class Variant:
    """`old` becomes `new`; `id` is the check that must tell it as an error, None where a server takes it."""

    name: str
    old: str
    new: str
    id: str | None

    def text(self, healthy: str) -> str:
        """The manifest with the change."""
        assert self.old in healthy, self.name
        return healthy.replace(self.old, self.new, 1)


def _field(name: str, old: str, new: str) -> Variant:
    return Variant(name, old, new, "kubernetes.value-refused")


IMAGE = "          image: registry.example.org/score:1\n"
REPLICAS = "  replicas: 2\n"
NAME = "kubernetes.name-invalid"
TYPE = "kubernetes.field-type"

VARIANTS = (
    _field("restart policy", "      initContainers:", "      restartPolicy: Never\n      initContainers:"),
    _field("pull policy", IMAGE, f"{IMAGE}          imagePullPolicy: always\n"),
    _field("port 0", "containerPort: 5001", "containerPort: 0"),
    _field("port 70000", "containerPort: 5001", "containerPort: 70000"),
    _field("two actions", LIVENESS, f"{LIVENESS}\n            tcpSocket: {{ port: http }}"),
    _field("no action", LIVENESS, "livenessProbe:\n            periodSeconds: 3"),
    _field("liveness twice", LIVENESS, f"{LIVENESS}\n            successThreshold: 2"),
    _field("negative period", "failureThreshold: 60", "periodSeconds: -1"),
    _field("scheme", LIVENESS, LIVENESS.replace("http }", "http, scheme: https }")),
    _field("quoted probe port", LIVENESS, LIVENESS.replace("port: http", "port: '5001'")),
    _field("value and source", "            - name: MODE\n", "            - name: MODE\n              value: x\n"),
    _field("service type", "spec:\n  selector:\n    app: score\n  ports", "spec:\n  type: clusterIP\n  ports"),
    _field("service ports", "    - port: 80\n", "    - port: 81\n    - port: 80\n"),
    _field("no image", IMAGE, ""),
    _field("no mount path", MOUNT, MOUNT.replace("/model", "''")),
    _field("two sources", "            claimName: model\n", "            claimName: model\n          emptyDir: {}\n"),
    _field("access mode", "[ReadOnlyMany]", "[ReadOnly]"),
    _field("no size", "  resources:\n    requests:\n      storage: 5Gi\n", "  resources: {}\n"),
    _field("path type", "pathType: Prefix", "pathType: prefix"),
    _field("relative path", "- path: /\n", "- path: score\n"),
    _field("strategy", REPLICAS, f"{REPLICAS}  strategy:\n    type: rollingUpdate\n"),
    _field("half a gpu", 'limits: { cpu: "1",', 'limits: { nvidia.com/gpu: 0.5, cpu: "1",'),
    _field("requested gpu", "requests: { cpu: 500m,", "requests: { nvidia.com/gpu: 1, cpu: 500m,"),
    _field("gpu without domain", 'limits: { cpu: "1",', 'limits: { gpu: 1, cpu: "1",'),
    _field("fewest above most", "minReplicas: 2", "minReplicas: 20"),
    _field("key of a secret", "type: Opaque", "type: kubernetes.io/tls"),
    Variant("upper-case port name", "name: http\n", "name: HTTP\n", NAME),
    Variant("upper-case name", "  name: score\n  labels", "  name: Score\n  labels", NAME),
    Variant(
        "service name", "kind: Service\nmetadata:\n  name: score", "kind: Service\nmetadata:\n  name: 1score", NAME
    ),
    Variant("label value", 'version: "1.0"', 'version: "a b"', NAME),
    Variant("key", "  mode: fast", "  my mode: fast", NAME),
    Variant("container twice", "        - name: fetch-model", "        - name: score", "kubernetes.name-repeated"),
    Variant(
        "mount path twice",
        "              readOnly: true\n",
        "              readOnly: true\n            - name: model\n              mountPath: /model\n",
        "kubernetes.name-repeated",
    ),
    Variant(
        "selector",
        "      app: score\n  template",
        "      app: other\n  template",
        "kubernetes.template-labels-differ",
    ),
    Variant(
        "volume",
        "      volumes:\n        - name: model",
        "      volumes:\n        - name: models",
        "kubernetes.volume-not-defined",
    ),
    Variant("2GB", "memory: 2Gi", "memory: 2GB", "kubernetes.quantity-invalid"),
    Variant("negative memory", "memory: 1Gi", "memory: -1Gi", "kubernetes.quantity-invalid"),
    Variant("number as variable", "value: /model", "value: 5", TYPE),
    Variant("yes as variable", "value: /model", "value: yes", TYPE),
    Variant("number in a config map", 'workers: "2"', "workers: 2", TYPE),
    Variant("command as text", "          ports:\n", "          command: python score.py\n          ports:\n", TYPE),
    Variant("number as argument", "          ports:\n", "          args: [--port, 5001]\n          ports:\n", TYPE),
    Variant("text as replicas", "replicas: 2", 'replicas: "2"', TYPE),
    Variant("no path type", "            pathType: Prefix\n", "", "kubernetes.field-missing"),
    Variant(
        "no selector",
        "  selector:\n    matchLabels:\n      app: score\n  template",
        "  template",
        "kubernetes.field-missing",
    ),
    Variant("dotted name", "  name: score\n  labels", "  name: score.v1\n  labels", None),
    Variant("relative mount", MOUNT, MOUNT.replace("/model", "model"), None),
    Variant("dashed variable", "            - name: MODE\n", "            - name: my-mode.x\n", None),
    Variant("cores as number", 'cpu: "1"', "cpu: 0.5", None),
    Variant("bytes", "memory: 2Gi", "memory: 2147483648", None),
    Variant("exponent", "memory: 2Gi", "memory: 2e9", None),
    Variant("whole gpu", 'limits: { cpu: "1",', 'limits: { nvidia.com/gpu: 1, cpu: "1",', None),
    Variant("empty replicas", "replicas: 2", "replicas:", None),
    Variant("threshold 0", "failureThreshold: 60", "failureThreshold: 0", None),
)
"""Each was held against a server of 1.20 (see `test_a_server_agrees`)."""
