"""Forty kinds of secrets, planted wherever text comes from: none is in any byte of a bundle, nor in what is printed."""

import base64
import json
import zipfile
from pathlib import Path

import pytest
from calling import doctor

from doctor.bundle.masking import mask


def _word(number: int) -> str:
    """The secret part of one kind: different for each, so that a leak tells what leaked."""
    return f"q7Zk3Wv9Xb2Lm5Np{number:02}Rt"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _pem(number: int, kind: str = "RSA PRIVATE") -> str:
    body = "\n".join(_base64(f"{_word(number)}{at}" * 4)[:64] for at in range(5))
    return f"-----BEGIN {kind} KEY-----\n{body}\n{_word(number)}\n-----END {kind} KEY-----"


W = [_word(at) for at in range(60)]
HEX = "0123456789abcdef"
KINDS = {
    "python password": f'password = "{W[0]}"',
    "variable": f"export SCORE_API_KEY={W[1]}",
    "storage connection string": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={W[2]}==;EndpointSuffix=b",
    "service bus": f"Endpoint=sb://a.example/;SharedAccessKeyName=root;SharedAccessKey={W[3]}=",
    "sql": f"Server=tcp:a.example;Database=b;User ID=c;Password={W[4]};Encrypt=True",
    "sas link": f"https://a.blob.example/models/m.pkl?sv=2022-11-02&sr=b&sig={W[5]}%3D",
    "sas alone": f"SharedAccessSignature=sv=2022&ss=b&sig={W[6]}%3D",
    "storage key alone": f"{W[7]}{'A' * 66}==",
    "jwt": f"eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE1Nzc4MzY4MDB9.{W[8]}",
    "bearer": f"Authorization: Bearer {W[9]}",
    "basic": f"Authorization: Basic {_base64('score:' + W[10])}",
    "password in a url": f"postgresql://score:{W[11]}@db.example:5432/scores",
    "token in a url": f"git+https://{W[12]}@git.example/a/b.git",
    "redis": f"redis://:{W[13]}@cache.example:6379/0",
    "private key": _pem(14),
    "openssh key": _pem(15, "OPENSSH PRIVATE"),
    "encrypted key": _pem(16, "ENCRYPTED PRIVATE"),
    "service account": json.dumps({"type": "service_account", "private_key": _pem(17, "PRIVATE")}),
    "conda channel": f"https://conda.example/t/{W[18]}/private/linux-64",
    "pip index": f"--extra-index-url https://ci:{W[19]}@pypi.example/simple",
    "kubeconfig key": f"client-key-data: {_base64(_pem(20))}",
    "kubeconfig certificate": f"client-certificate-data: {_base64('-----BEGIN CERTIFICATE-----' + W[21])}",
    "kubeconfig token": f"token: eyJhbGciOiJSUzI1NiIsImtpZCI6ImFi.eyJpc3MiOiJrdWJlcm5ldGVzIn0.{W[22]}",
    "dockerconfigjson": ".dockerconfigjson: " + _base64(json.dumps({"auths": {"r.example": {"password": W[23]}}})),
    "docker auth": f'{{"auths": {{"r.example": {{"auth": "{_base64("u:" + W[24])}"}}}}}}',
    "secret manifest": f"  db-password: {_base64(W[25])}",
    "github": f"ghp_{W[26]}abcd",
    "gitlab": f"glpat-{W[27]}",
    "aws": f"aws_secret_access_key = {W[28]}",
    "slack": f"xoxb-1234567890-{W[29]}",
    "slack hook": f"https://hooks.slack.com/services/T0/B0/{W[30]}",
    "openai": f"sk-{W[31]}",
    "hugging face": f"hf_{W[32]}abcdef",
    "databricks": f"dapi{HEX * 2}",
    "entra": f"abc8Q~{W[34]}{W[34]}",
    "azure openai": f"api-key: {HEX[::-1] * 2}",
    "function": f"https://a.azurewebsites.example/api/score?code={W[36]}==",
    "cookie": f"Set-Cookie: session={W[37]}; HttpOnly",
    "option": f"az login --service-principal --password {W[38]}",
    "netrc": f"machine r.example login score password {W[39]}",
    "vault": f"hvs.{W[40]}{W[40]}",
    "json": f'{{"client_secret": "{W[41]}"}}',
    "google": f"AIza{W[42]}abcdefghijklmn",
    "pypi": f"pypi-AgEIcHlwaS5vcmc{W[43]}",
    "subscription": f"Ocp-Apim-Subscription-Key: {W[44]}",
    "sentry": f"SENTRY_DSN=https://{HEX * 2}@o0.sentry.example/1",
}
"""At least forty; each stands in a line, or in lines, of its own."""
TELLTALES = {name: [part for part in (*W, HEX * 2, HEX[::-1] * 2) if part in text] for name, text in KINDS.items()}
TELLTALES["basic"] = [_base64("score:" + W[10])[:20]]
TELLTALES["kubeconfig key"] = [_base64(_pem(20))[60:90]]
TELLTALES["kubeconfig certificate"] = [_base64("-----BEGIN CERTIFICATE-----" + W[21])[40:60]]
TELLTALES["dockerconfigjson"] = [_base64(json.dumps({"auths": {"r.example": {"password": W[23]}}}))[30:60]]
TELLTALES["docker auth"] = [_base64("u:" + W[24])[:20]]
TELLTALES["secret manifest"] = [_base64(W[25])]
NO_SECRETS = (
    "GET /t/ HTTP/1.1",
    "mail to team@score.example about run 12",
    "image: r.example/score@sha256:" + HEX * 4,
    "user@host1:/srv/models",
    "https://score.example/api/v1/score?version=2",
    "pip install git+https://git.example/a/b.git@1a2b3c4d5e6f7a8b",
    "2026-11-20T18:15:51Z SK 12 tokens: 1024",
)


def test_forty_kinds_and_a_word_that_tells_each() -> None:
    assert len(KINDS) >= 40
    assert all(TELLTALES.values()), [name for name, parts in TELLTALES.items() if not parts]


@pytest.mark.parametrize("kind", KINDS)
def test_each_alone(kind: str) -> None:
    masked = mask(KINDS[kind])
    assert not [part for part in TELLTALES[kind] if part in masked], masked
    assert masked.count("\n") == KINDS[kind].count("\n")
    assert mask(masked) == masked


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_none_stays(text: str) -> None:
    assert mask(text) == text


def leaks(path: Path, said: str) -> dict[str, list[str]]:
    """Which kinds are in which file of a bundle, or in what was said."""
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()} | {"printed": said}
    texts["names"] = "\n".join(texts)
    whole = {name: text.replace("\\n", "\n") for name, text in texts.items()}
    return {
        kind: found
        for kind, parts in TELLTALES.items()
        if (found := [name for name, text in whole.items() if any(part in text for part in parts)])
    }


def test_none_of_a_script_its_files_and_its_output(tmp_path: Path) -> None:
    said = json.dumps("\n".join(KINDS.values()))
    (tmp_path / "score.py").write_text(
        "import json, os\n"
        f"# {KINDS['github']} {KINDS['sas link']}\n"
        f"SAID = json.loads({said!r})\n"
        f"{KINDS['python password']}\n"
        "def init():\n    print(SAID)\n    raise RuntimeError(SAID + os.environ['MODEL_TOKEN'])\n"
        "def run(data):\n    return data\n"
    )
    (tmp_path / "conda.yml").write_text(
        f"channels:\n  - {KINDS['conda channel']}\ndependencies:\n  - python=3.11\n  - pip:\n"
        f"    - {KINDS['pip index']}\n    - {KINDS['token in a url']}\nvariables:\n  A: {KINDS['jwt']}\n"
    )
    (tmp_path / "sample.json").write_text(json.dumps({"password": W[0], "data": list(KINDS.values())}))
    (tmp_path / "deployment.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n"
        f"{KINDS['secret manifest']}\n  {KINDS['dockerconfigjson']}\n---\napiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: score}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n"
        "    metadata: {labels: {a: c}}\n    spec:\n      containers:\n        - name: score\n          image: a\n"
        f"          env: [{{name: API_KEY, value: {W[1]}}}, {{name: DSN, value: '{KINDS['redis']}'}}]\n"
    )
    done = doctor("bundle", ".", "-o", "a.zip", "--set", f"MODEL_TOKEN={W[50]}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert leaks(tmp_path / "a.zip", done.stdout + done.stderr) == {}
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not [name for name in archive.namelist() if W[50] in archive.read(name).decode()], "the value of --set"
        assert "RuntimeError" in archive.read("doctor.json").decode(), "it was run"


@pytest.mark.parametrize("before", [0, 2500])
def test_none_of_a_log(before: int, tmp_path: Path) -> None:
    """Also where a block of lines that are masked together ends in the middle of a key."""
    text = "\n".join(f"2026-11-20 18:15:51 I [70] a - line {at} of it" for at in range(before))
    planted = "\n".join(f"{text}\n{one}" if before else one for one in KINDS.values())
    (tmp_path / "score.log").write_text(f"{planted}\nModuleNotFoundError: No module named 'cv2'\n")
    done = doctor("bundle", "score.log", "-o", "a.zip", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert leaks(tmp_path / "a.zip", done.stdout + done.stderr) == {}
    assert "secrets: " in done.stdout
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        lines = archive.read("logs/01-score.log.txt").decode().split("\n")
    assert len(lines) == (tmp_path / "score.log").read_text().count("\n") + 1, "no line is lost"


def test_none_of_an_answer(tmp_path: Path) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Talks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = "\n".join(KINDS.values()).encode()
            self.send_response(500)
            self.send_header("Set-Cookie", f"session={W[37]}")
            self.send_header("x-ms-server", KINDS["bearer"].partition(": ")[2])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Talks) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "a.json").write_text(json.dumps({"password": W[0]}))
        url = f"http://127.0.0.1:{server.server_port}/score?code={W[36]}=="
        done = doctor("bundle", "url", url, "--sample", "a.json", "-o", "a.zip", cwd=tmp_path)
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert leaks(tmp_path / "a.zip", done.stdout + done.stderr) == {}
