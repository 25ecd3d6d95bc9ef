"""Where something breaks: the frames of a traceback know it better than the kind of the exception."""

from pathlib import Path

from click.testing import CliRunner

from doctor.command.main import cli

LOG = """\
2026-11-22 05:57:26,867 E [7] azmlinfsrv - User's init function failed
2026-11-22 05:57:26,868 E [7] azmlinfsrv - Encountered Exception Traceback (most recent call last):
  File "/env/lib/python3.11/site-packages/azureml_inference_server_http/server/user_script.py", line 77, in invoke_init
    self._user_init()
  File "/var/azureml-app/score.py", line 16, in init
    raise ValueError("endpoint is not https")
ValueError: endpoint is not https
"""


def test_an_exception_of_any_kind_breaks_where_it_was_raised(tmp_path: Path) -> None:
    log = tmp_path / "container.log"
    for text, stage in ((LOG, "init()"), (LOG.replace("_init", "_run").replace("in init", "in run"), "run()")):
        log.write_text(text)
        told = CliRunner().invoke(cli, ["triage", str(log)]).output
        assert "[logs.value-error]" in told
        assert f"breaks in {stage}" in told
