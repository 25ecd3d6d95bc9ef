"""What mail programs and machines in other languages make of a log, a signature knows all the same."""

import textwrap

import pytest

from checks.evidence import Log
from checks.logs.lines import read_lines
from checks.logs.reworded import in_english
from checks.logs.rewrapped import unwrapped
from doctor.triage import triage

SERVER = """2026-11-22 12:01:36,013 W [23761] azmlinfsrv - AML_FLASK_ONE_COMPATIBILITY is set. However, compatibility \
patch for Flask 1 has failed. This is only a problem if you use @rawhttp and relies on deprecated \
methods such as has_key().
Traceback (most recent call last):
  File "/azureml-envs/a/lib/python3.10/site-packages/azureml_inference_server_http/server/create_app.py", line 33, in \
patch_flask
    patch_werkzeug = LooseVersion(werkzeug.__version__) >= LooseVersion("2.1")
                                  ^^^^^^^^^^^^^^^^^^^^
AttributeError: module 'werkzeug' has no attribute '__version__'

Initializing logger
2026-11-22 12:01:36,028 E [23761] azmlinfsrv - Traceback (most recent call last):
  File "/azureml-envs/a/lib/python3.10/site-packages/azureml_inference_server_http/server/user_script.py", line 90, in \
load_script
    raise UserScriptError(f"User script at {user_module.__file__} does not have a run() function defined.")
azureml_inference_server_http.server.user_script.UserScriptError: User script at /var/azureml-app/score.py does not \
have a run() function defined.

2026-11-22 12:01:36,029 I [23761] gunicorn.error - Worker exiting (pid: 23761)"""


def broken(text: str, width: int) -> str:
    """As a mail program sends it."""
    lines = (textwrap.wrap(one, width, break_long_words=False, break_on_hyphens=False) for one in text.split("\n"))
    return "\n".join(part for parts in lines for part in parts or [""])


@pytest.mark.parametrize("quote", ["", "> ", ">", "> > "])
@pytest.mark.parametrize("width", [0, 72, 78])
def test_a_log_out_of_a_mail(quote: str, width: int) -> None:
    text = broken(SERVER, width) if width else SERVER
    report = triage(Log(source="mail.txt", text="\n".join(quote + line for line in text.split("\n"))))
    assert [one.id for one in report.causes] == ["logs.run-not-defined"]


def test_only_what_a_mail_broke_is_put_together() -> None:
    lines = SERVER.split("\n")
    assert unwrapped(lines, range(1, len(lines) + 1)) == (lines, range(1, len(lines) + 1))
    whole, numbers = unwrapped(broken(SERVER, 76).split("\n"), range(1, 100))
    assert [one.strip() for one in whole] == [one.strip() for one in lines]
    assert numbers[:2] == [1, 5]
    code = ["> pip install numpy", ">>> import os", "requires numpy", ">=1.26", "> name@1.0.0 start"]
    assert [line.text for line in read_lines(Log(source="x", text="\n".join(code)))] == [
        *("pip install numpy", ">>> import os", "requires numpy", ">=1.26", "name@1.0.0 start"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[Errno 13] Permission non accordée: '/app'", "[Errno 13] Permission denied: '/app'"),
        ("[WinError 5] Zugriff verweigert: 'C:\\\\m'", "[WinError 5] Access is denied: 'C:\\\\m'"),
        (
            "[WinError 10061] Es konnte keine Verbindung hergestellt werden, da der Zielcomputer sie verweigerte",
            "[WinError 10061] No connection could be made because the target machine actively refused it",
        ),
        ("[Errno 28] Kein Speicherplatz mehr frei", "[Errno 28] No space left on device"),
        ("[Errno 111] Connect call failed ('127.0.0.1', 6379)", None),
        ("[Errno 28] inotify watch limit reached", None),
        ("[Errno 2] No existe el archivo o el directorio: 'm'", "[Errno 2] No such file or directory: 'm'"),
        ("[Errno 2] No usable temporary directory found", None),
        ("[Errno 99999] Unbekannt: 'x'", None),
    ],
)
def test_numbered_errors_of_other_languages(text: str, told: str | None) -> None:
    assert in_english(f"OSError: {text}") == f"OSError: {told or text}"


def test_an_import_of_an_old_python_names_the_module_of_its_line() -> None:
    text = """Traceback (most recent call last):
  File "/opt/python3.6/site-packages/flask/__init__.py", line 19, in <module>
    from jinja2 import Markup, escape
ImportError: cannot import name 'Markup'"""
    report = triage(Log(source="old.log", text=text))
    assert [one.id for one in report.causes] == ["logs.jinja2-removed-names"]
    other = triage(Log(source="old.log", text=text.replace("import Markup, escape", "import escape")))
    assert [one.id for one in other.causes] == ["logs.import-name-missing-old"]
