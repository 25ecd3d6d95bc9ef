"""Preflight of manifests: what is wrong with a file is found, at its line, and a good file stays quiet."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from calling import doctor
from manifest_variants import HEALTHY, VARIANTS, Variant

from checks.finding import Severity
from doctor.cluster import schema
from doctor.cluster.manifest_paths import is_meant, manifests_in, why_no_manifest
from doctor.cluster.preflight import check_manifests, examine_manifests
from doctor.config import load_settings
from doctor.errors import CannotExamine, ConfigError
from doctor.gate import scripts_of
from doctor.report import Report, Verdict
from doctor.reports import FORMATS, render
from doctor.suppress import Suppression
from doctor.targets import kind_of

MANIFESTS = Path(__file__).parent / "manifests"
TEXT = HEALTHY.read_text()
OLD = TEXT.replace("autoscaling/v2\n", "autoscaling/v2beta2\n").replace("policy/v1\n", "policy/v1beta1\n")


def write(folder: Path, text: str, name: str = "deployment.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def checked(folder: Path, text: str, version: str | None = None) -> Report:
    reports = check_manifests([write(folder, text)], version=version)
    assert len(reports) == 1, [report.target.name for report in reports]
    assert not reports[0].checks.crashed
    return reports[0]


def told(report: Report, most: Severity = Severity.ERROR) -> list[tuple[str, int | None]]:
    """Ids and lines of the findings of a gravity."""
    return [(one.id, one.evidence[0].line) for one in report.findings if one.gravity is most]


def test_a_good_manifest_is_quiet_and_no_proof_of_health(tmp_path: Path) -> None:
    report = checked(tmp_path, TEXT)
    assert not report.findings
    assert report.verdict is Verdict.INCONCLUSIVE
    assert any("only files were read" in note for note in report.notes)
    assert any("Kubernetes 1." in note for note in report.notes)


@pytest.mark.parametrize("version", ["1.20", None])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_variant(tmp_path: Path, variant: Variant, version: str | None) -> None:
    report = checked(tmp_path, variant.text(OLD if version else TEXT), version)
    ids = {one for one, _ in told(report)}
    assert variant.id in ids if variant.id else not ids, told(report)
    assert all(any(quote.line for quote in one.evidence) for one in report.findings)


@pytest.mark.cluster
@pytest.mark.skipif(
    not (os.environ.get("DOCTOR_TEST_KUBECONFIG") and shutil.which("kubectl")), reason="no cluster, or no kubectl"
)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_a_server_agrees(tmp_path: Path, variant: Variant) -> None:
    """Nothing is created: the server says what it would do."""
    call = ["kubectl", "--kubeconfig", os.environ["DOCTOR_TEST_KUBECONFIG"]]
    asked = subprocess.run([*call, "version", "-o", "json"], capture_output=True, text=True, timeout=60)
    minor = int(re.sub(r"\D", "", json.loads(asked.stdout)["serverVersion"]["minor"]))
    text = variant.text(OLD if minor < 25 else TEXT)
    path = write(tmp_path, text)
    words = [*call, "apply", "--dry-run=server", "--validate=false", "-n", "default", "-f", str(path)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (said.returncode != 0) == (variant.id is not None), said.stderr
    report = checked(tmp_path, text, f"1.{minor}")
    assert bool(told(report)) == (said.returncode != 0)


def test_the_form_of_a_file(tmp_path: Path) -> None:
    report = checked(tmp_path, (MANIFESTS / "indented.yaml").read_text())
    assert told(report) == [
        ("kubernetes.field-type", 6),
        ("kubernetes.field-unknown", 8),
        ("kubernetes.field-unknown", 9),
        ("kubernetes.field-unknown", 18),
        ("kubernetes.field-unknown", 22),
        ("kubernetes.field-type", 27),
        ("kubernetes.field-type", 29),
        ("kubernetes.field-type", 31),
        ("kubernetes.key-repeated", 36),
        ("kubernetes.field-missing", 41),
        ("kubernetes.api-not-served", 43),
        ("kubernetes.field-type", 58),
        ("kubernetes.field-type", 60),
    ]
    words = " ".join(quote.text for one in report.findings for quote in one.evidence)
    assert "`replicas`" in words
    assert "`restartPolicy`" in words
    assert "`env` here, which is there already" in words
    assert "belongs under `template.spec.containers[]`" in words


def test_what_a_server_would_refuse_has_its_line(tmp_path: Path) -> None:
    found = dict.fromkeys(told(checked(tmp_path, (MANIFESTS / "refused.yaml").read_text())))
    for one in [
        ("kubernetes.template-labels-differ", 8),
        ("kubernetes.name-invalid", 4),
        ("kubernetes.value-refused", 14),
        ("kubernetes.name-invalid", 30),
        ("kubernetes.quantity-invalid", 33),
        ("kubernetes.quantity-doubtful", 34),
        ("kubernetes.quantity-doubtful", 36),
        ("kubernetes.volume-not-defined", 38),
        ("kubernetes.value-refused", 53),
    ]:
        assert one in found


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n", 4, "a tab indents the line"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n   name: x\n  labels: {}\n", 5, "fits no level above it"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: x\n", 3, "never closed"),
        ("apiVersion: v1\nkind: Pod\nmetadata: a: b\n", 3, "a second `: `"),
        ("apiVersion: v1\nkind: Pod\nmetadata: &x\n  a: *x\n", 1, "aliases"),
    ],
)
def test_no_yaml(tmp_path: Path, text: str, line: int, words: str) -> None:
    (cause,) = checked(tmp_path, text).causes
    assert cause.id == "kubernetes.manifest-unreadable"
    assert cause.evidence[0].line == line
    assert words in cause.evidence[1].text


def test_what_stands_before_the_break_is_judged(tmp_path: Path) -> None:
    report = checked(tmp_path, f"{TEXT.replace('replicas', 'replica')}---\n a: [\n")
    assert {one for one, _ in told(report)} == {"kubernetes.manifest-unreadable", "kubernetes.field-unknown"}


@pytest.mark.parametrize(
    ("api", "kind", "version", "words"),
    [
        ("extensions/v1beta1", "Deployment", "1.20", "not served since Kubernetes 1.16"),
        ("policy/v1beta1", "PodDisruptionBudget", None, "not served since Kubernetes 1.25"),
        ("policy/v1beta1", "PodDisruptionBudget", "1.24", ""),
        ("policy/v1", "PodDisruptionBudget", "1.20", "is served from Kubernetes 1.21 on"),
        ("apps/v1", "Deploymnet", None, "has no kind Deploymnet"),
        ("v1", "Deployment", None, "no Deployment is served in v1"),
        ("batch/v2", "Job", None, "no Job is served in batch/v2"),
        ("serving.kserve.io/v1beta1", "InferenceService", None, ""),
    ],
)
def test_versions_of_the_api(tmp_path: Path, api: str, kind: str, version: str | None, words: str) -> None:
    text = f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: score\nspec: {{}}\n"
    titles = [one.title for one in checked(tmp_path, text, version).findings if one.id == "kubernetes.api-not-served"]
    assert [words in title for title in titles] == ([True] if words else []), titles


def test_a_version_nobody_knows() -> None:
    with pytest.raises(ConfigError, match=r"1\.99"):
        check_manifests([HEALTHY], version="1.99")


def test_fixing_ends_keeps_the_file_and_cures(tmp_path: Path) -> None:
    content = (MANIFESTS / "indented.yaml").read_text().replace("\n", "\r\n")
    path = tmp_path / "deployment.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())
    before = examine_manifests([path])
    assert before.apply() == 7
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbfapiVersion")
    assert after.count(b"\r\n") == content.count("\r\n")
    for word in (b"replicas: 2", b'value: "yes"', b"containerPort: 5001", b"policy/v1\r"):
        assert word in after
    again = examine_manifests([path])
    assert not again.changes()
    gone = {(one.id, one.title) for one in before.reports[0].findings if one.fixes and one.fixes[0].edits}
    assert not gone & {(one.id, one.title) for one in again.reports[0].findings}


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    secret = "c2VjcmV0LXZhbHVl!"
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\n"
        f"data:\n  account: {secret}\n  more: 4711\nstringData:\n  plain: 815\n  text: |\n    {secret}\nTyp: Opaque\n"
    )
    for path in (write(tmp_path, text), write(tmp_path, text.replace("Typ:", "type: Opaque\ndatas:"), "other.yaml")):
        found = examine_manifests([path])
        assert found.reports[0].causes
        for name in FORMATS:
            shown = render(name, found.reports, verbose=1, encoding="utf-8")
            assert not {secret, "4711", "815"} & set(re.findall(r"[\w!]+", shown))


def test_lists_and_json(tmp_path: Path) -> None:
    made = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "score"},
                "spec": {"containers": [{"nam": "a", "image": "a:1"}]},
            }
        ],
    }
    path = write(tmp_path, json.dumps(made, indent=1), "all.json")
    (report,) = check_manifests([path])
    assert [one for one, _ in told(report)][:1] == ["kubernetes.field-unknown"]


IMAGED = {"name": "a", "image": "a:1"}


def test_a_stream_of_json_has_its_lines(tmp_path: Path) -> None:
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [IMAGED]}}
    bad = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "data": {"k": 1}}
    text = json.dumps(good, indent=1)
    path = write(tmp_path, f"{text}\n{json.dumps(bad)}\n", "all.json")
    found = [one for report in check_manifests([path]) for one in told(report)]
    assert found == [("kubernetes.field-type", len(text.splitlines()) + 1)]


def test_a_service_of_a_kind_that_is_not_read(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: r}\nspec: {selector: {app: r}, ports: [{port: 80}]}\n"
    rollout = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\n"
        "spec: {template: {metadata: {labels: {app: r}}, spec: {containers: [{name: r, image: 'r:1'}]}}}\n"
    )
    alone = check_manifests([write(tmp_path, f"{TEXT}---\n{service}")])
    both = check_manifests([write(tmp_path, f"{TEXT}---\n{service}---\n{rollout}")])
    assert [one.id for report in alone for one in report.findings] == ["kubernetes.selector-mismatch"]
    assert not [one.id for report in both for one in report.findings]


def test_templates_and_kustomize_are_to_be_rendered_first(tmp_path: Path) -> None:
    chart = write(tmp_path, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", "chart.yaml")
    with pytest.raises(CannotExamine, match="helm template"):
        check_manifests([chart])
    with pytest.raises(CannotExamine, match="kubectl kustomize"):
        check_manifests([write(tmp_path, "resources: [a.yaml]\n", "kustomization.yaml")])


HOLDS_SCRIPT = """\
apiVersion: v1
kind: ConfigMap
metadata: { name: code }
data:
  entry: |
    def init():
        pass

    def Run(raw):
        return raw
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: code }
spec:
  selector: { matchLabels: { app: code } }
  template:
    metadata: { labels: { app: code } }
    spec:
      containers:
        - name: code
          image: registry.example.org/code:1
          env: [{ name: AZUREML_ENTRY_SCRIPT, value: score.py }, { name: AML_APP_ROOT, value: /code }]
          volumeMounts: [{ name: code, mountPath: /code }]
      volumes:
        - name: code
          configMap: { name: code, items: [{ key: entry, path: score.py }] }
"""


def test_the_entry_script_in_a_config_map_is_read(tmp_path: Path) -> None:
    assert told(checked(tmp_path, HOLDS_SCRIPT)) == [("entry-script.misspelt-function", 9)]
    assert not told(checked(tmp_path, HOLDS_SCRIPT.replace("def Run", "def run")))
    other = told(checked(tmp_path, HOLDS_SCRIPT.replace("value: score.py", "value: other.py")))
    assert [one for one, _ in other] == ["kubernetes.mount-hides-code"], "it is another's script"


def test_a_name_keeps_its_quotes_when_it_is_put_right(tmp_path: Path) -> None:
    pod = {"containers": [{"name": "a", "image": "a:1", "imagePullPolicies": "Always"}]}
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": pod}
    path = write(tmp_path, json.dumps(made), "pod.json")
    assert examine_manifests([path]).apply() == 1
    assert json.loads(path.read_text())["spec"]["containers"][0]["imagePullPolicy"] == "Always"


def test_what_is_misspelt_is_read_as_meant(tmp_path: Path) -> None:
    text = TEXT.replace("      containers:", "      container:").replace("memory: 2Gi", "memory: 2GB")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "2GB" in one)
    found = told(checked(tmp_path, text))
    assert ("kubernetes.quantity-invalid", line) in found
    assert {name for name, _ in found} == {"kubernetes.quantity-invalid", "kubernetes.field-unknown"}


def test_a_missing_key_is_told_where_it_is_named(tmp_path: Path) -> None:
    text = TEXT.replace("key: account\n", "key: acount\n")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "acount" in one)
    assert told(checked(tmp_path, text)) == [("kubernetes.config-key-missing", line)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("blue.yaml", "$schema: https://azuremlschemas.example/latest/x.schema.json\nname: blue\n", "Azure Machine"),
        ("notes.yaml", "# nothing yet\n---\n", "holds no object"),
        ("values.yml", "replicas: 2\n", "without apiVersion and kind"),
        ("compose.yml", "services:\n  score:\n    image: score:1\n", "doctor diagnose docker"),
        ("kustomization.yaml", "resources: [a.yaml]\n", "kubectl kustomize"),
        ("Chart.yaml", "name: score\n", "helm template"),
    ],
)
def test_what_is_no_manifest_says_what_it_is(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = write(tmp_path, text, name)
    folder = name in {"kustomization.yaml", "Chart.yaml"}
    assert words in why_no_manifest(tmp_path if folder else path)
    write(tmp_path, TEXT)
    assert not why_no_manifest(tmp_path / "deployment.yaml")
    script = write(tmp_path, "def init(): ...\ndef run(data): return data\n", "score.py")
    assert scripts_of([tmp_path])[0] == [script], "a folder of kustomize may hold a script as well"


def test_braces_within_texts_are_no_template(tmp_path: Path) -> None:
    text = TEXT.replace("  mode: fast\n", "  mode: '{{ $labels.x }}'\n  rule: |\n    {{ template \"x\" . }}\n")
    assert not checked(tmp_path, text).findings
    with pytest.raises(CannotExamine, match="is a template"):
        checked(tmp_path, TEXT.replace("replicas: 2", "replicas: {{ replicas }}"))


def test_a_service_whose_workload_is_elsewhere(tmp_path: Path) -> None:
    service = next(part for part in TEXT.split("---\n") if "kind: Service\n" in part)
    assert not checked(tmp_path, service).findings
    assert told(checked(tmp_path, service.replace("port: 80", "port: 80000"))) == [("kubernetes.value-refused", 9)]


def test_which_files_are_manifests(tmp_path: Path) -> None:
    write(tmp_path, TEXT)
    write(tmp_path, "dependencies: [python=3.11]\n", "conda.yaml")
    azure = write(tmp_path, "$schema: https://example.org/x.json\nname: blue\nkind: x\n", "blue.yaml")
    write(tmp_path, '{"data": [1, 2]}', "sample.json")
    for folder, file in (("chart", "Chart.yaml"), ("base", "kustomization.yaml")):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "apiVersion: v2\nname: x\n", file)
        write(tmp_path / folder, TEXT, "inside.yaml")
    assert manifests_in(tmp_path) == [tmp_path / "deployment.yaml"]
    assert not is_meant(azure)
    assert is_meant(write(tmp_path, "kind: Pod\n", "half.yaml"))


def test_variants_of_one_service_do_not_shadow_each_other(tmp_path: Path) -> None:
    paths = []
    for name in ("dev", "prod"):
        (tmp_path / name).mkdir()
        paths.append(write(tmp_path / name, TEXT.replace("replicas: 2", f"replicas: {name}")))
    reports = check_manifests(paths)
    assert [report.target.name for report in reports] == [str(path) for path in paths]
    assert [told(report) for report in reports] == [[("kubernetes.field-type", 26)]] * 2


def test_what_belongs_together_is_seen_together(tmp_path: Path) -> None:
    parts = TEXT.split("---\n")
    paths = [write(tmp_path, part, f"{number}.yaml") for number, part in enumerate(parts)]
    (report,) = check_manifests(paths)
    assert not report.findings
    without = [path for path in paths if "kind: ConfigMap" not in path.read_text()]
    (report,) = check_manifests(without)
    assert [one for one, _ in told(report, Severity.INFO)] == ["kubernetes.not-in-files"]
    assert report.verdict is Verdict.INCONCLUSIVE


def test_a_comment_and_a_setting_keep_findings_quiet(tmp_path: Path) -> None:
    text = TEXT.replace("replicas: 2", "replica: 2  # doctor: ignore[kubernetes.field-unknown] a test")
    report = checked(tmp_path, text)
    assert not report.findings
    assert report.suppressed == 1
    settings = load_settings(tmp_path, config=None, flags={"ignore": ("kubernetes.field-unknown",)})
    path = write(tmp_path, TEXT.replace("replicas: 2", "replica: 2"))
    (report,) = check_manifests([path], suppression=Suppression.of(settings))
    assert not report.findings


def test_without_the_schemas_the_rest_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "find_spec", lambda _: None)
    schema.schema_for.cache_clear()
    try:
        report = checked(tmp_path, (MANIFESTS / "refused.yaml").read_text())
    finally:
        schema.schema_for.cache_clear()
    assert "kubernetes.template-labels-differ" in {one for one, _ in told(report)}
    assert any("kubernetes-validate is not installed" in note for note in report.notes)


def test_no_text_makes_doctor_fall(tmp_path: Path) -> None:
    cuts = [TEXT[:end] for end in range(30, len(TEXT), 97)]
    bomb = "apiVersion: v1\nkind: Pod\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    odd = ["- 1\n", "kind: 3\napiVersion: []\n", "apiVersion: v1\nkind: Pod\nspec: 5\n", "? [a]\n: b\n", bomb, "\x00"]
    odd += [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: []\nspec: {template: 1, selector: x}\n",
        "--- !!binary x\n",
    ]
    for text in (*cuts, *odd):
        for report in check_manifests([write(tmp_path, text)]):
            assert not report.checks.crashed, text
            render("text", [report], encoding="utf-8")


def test_the_command(tmp_path: Path) -> None:
    write(tmp_path, (MANIFESTS / "indented.yaml").read_text())
    done = doctor("check", "deployment.yaml", "-o", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["target"] == {"kind": "manifest", "name": "deployment.yaml"}
    shown = doctor("check", "deployment.yaml", "--diff", cwd=tmp_path)
    assert "+  replicas: 2" in shown.stdout
    assert doctor("check", "deployment.yaml", "--fix", "-q", cwd=tmp_path).returncode == 1
    assert "replicas: 2" in (tmp_path / "deployment.yaml").read_text()
    assert doctor("check", "deployment.yaml", "--diff", cwd=tmp_path).stdout == ""
    recorded = doctor("check", "deployment.yaml", "--baseline", "b.json", "--write-baseline", cwd=tmp_path)
    assert recorded.returncode == 0, recorded.stderr
    assert doctor("check", "deployment.yaml", "--baseline", "b.json", cwd=tmp_path).returncode == 0
    assert doctor("check", "deployment.yaml", "--kubernetes-version", "2.0", cwd=tmp_path).returncode == 2


def test_beside_its_script_the_limits_are_held_against_the_rehearsal(tmp_path: Path) -> None:
    write(
        tmp_path,
        "def init():\n    global model\n    model = b'x' * (150 << 20)\n\n\ndef run(data):\n    return 1\n",
        "score.py",
    )
    write(tmp_path, TEXT.replace("memory: 1Gi", "memory: 64Mi").replace("memory: 2Gi", "memory: 96Mi"))
    lines = doctor("check", ".", "-o", "json", cwd=tmp_path).stdout.splitlines()
    kinds = {report["target"]["kind"]: report for report in map(json.loads, lines)}
    assert set(kinds) == {"script", "manifest"}
    assert [one["id"] for one in kinds["manifest"]["causes"]] == ["kubernetes.memory-limit-small"]
    alone = json.loads(doctor("check", "deployment.yaml", "-o", "json", cwd=tmp_path).stdout)
    assert [one["id"] for one in alone["causes"]] == ["kubernetes.memory-limit-small"]
    read = json.loads(doctor("check", "deployment.yaml", "--no-run", "-o", "json", cwd=tmp_path).stdout)
    assert not read["causes"]


def test_a_script_alone_loads_nothing_of_it(tmp_path: Path) -> None:
    script = write(tmp_path, "def init():\n    pass\n\n\ndef run(data):\n    return 1\n", "score.py")
    code = (
        "import sys; from doctor.command.main import run; run(['check', '--no-run', sys.argv[1]]);"
        "print([m for m in ('kubernetes', 'kubernetes_validate', 'jsonschema', 'doctor.cluster.preflight')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, script], capture_output=True, text=True, timeout=60)
    assert done.stdout.rstrip().endswith("[]"), done.stdout + done.stderr


def test_a_deployment_file_of_azure_that_names_no_script(tmp_path: Path) -> None:
    text = (
        "$schema: https://azuremlschemas.example/latest/managedOnlineDeployment.schema.json\nname: blue\n"
        "code_configuration:\n  code: ./src\n  scoring_script: scores.py\n"
    )
    path = write(tmp_path, text, "blue.yml")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text("def init(): ...\ndef run(data): return data\n")
    said = why_no_manifest(path)
    assert "scores.py is not there" in said
    assert "src holds score.py" in said
    (tmp_path / "src" / "scores.py").touch()
    assert why_no_manifest(path).endswith("check its entry script scores.py instead")
    with pytest.raises(ConfigError, match="Azure Machine Learning"):
        kind_of(path)  # and is not read as a log, in which nothing would be found
