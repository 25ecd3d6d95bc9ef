"""Text inside text: what is found in JSON, reprs and escaped tracebacks, and that it costs no more than its length."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.evidence import Log
from checks.logs.analysis import analyse
from checks.logs.findings import findings
from checks.logs.lines import Line
from checks.logs.platform_text import names
from checks.logs.prose import expand, unescape


def lines_of(text: str) -> list[Line]:
    return [Line(number=number, text=one, raw=one) for number, one in enumerate(text.split("\n"), 1)]


def derived(text: str) -> list[str]:
    return [line.text for line in expand(lines_of(text)) if line.derived]


def test_a_message_stands_beside_its_code_the_deepest_first() -> None:
    error = {
        "error": {"code": "DeploymentFailed", "message": "it failed", "details": [{"code": "Taken", "message": "a b"}]}
    }
    assert derived(json.dumps(error)) == ["(Taken) a b", "(DeploymentFailed) it failed"]


def test_errors_by_field_are_told_with_the_field() -> None:
    assert derived('error detail: {"errors":{"VmSize":["Not enough quota"]},"status":400}') == [
        "VmSize: Not enough quota"
    ]
    nested = {"resources": {"requests": {"cpu": [{"_schema": ["Not a valid string."]}]}}}
    assert derived(json.dumps(nested)) == ["resources.requests.cpu: Not a valid string."]


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_text_that_was_escaped_several_times(depth: int) -> None:
    text = json.dumps({"code": "Inner", "message": 'file "score.py" is gone'})
    for _ in range(depth):
        text = json.dumps({"code": "Outer", "message": text})
    assert '(Inner) file "score.py" is gone' in " ".join(derived(f"ERROR: {text}"))


def test_a_traceback_in_a_message_becomes_lines() -> None:
    raised = (
        "Traceback (most recent call last):\n  File \"/app/score.py\", line 3, in init\n    import cv2\nKeyError: 'x'"
    )
    assert derived(f"failed: {json.dumps({'message': raised})}") == raised.split("\n")
    assert derived(f"printed: {raised!r}")[: raised.count("\n")] == raised.split("\n")[:-1]


def test_a_text_of_several_lines_is_cut_out_of_its_line() -> None:
    first = expand(lines_of(json.dumps({"code": "Abc", "message": "one\ntwo"})))[0]
    assert "two" not in first.text
    assert "two" in first.raw


def test_reprs_of_python() -> None:
    assert derived("{'code': 'Bad', 'message': 'it\\'s \"gone\"'}") == ['(Bad) it\'s "gone"']
    assert derived("{'a': \"it's here\", b'b': u'x y'}") == ["a: it's here", "b: x y"]


def test_json_over_several_lines_belongs_to_the_line_of_each_text() -> None:
    text = 'Error:\n{\n  "code": "Taken",\n  "message": "the name \\"x\\" is taken"\n}\nend'
    found = expand(lines_of(text))
    inner = next(line for line in found if line.derived)
    assert (inner.text, inner.number) == ('(Taken) the name "x" is taken', 4)
    assert [line.text for line in found if not line.derived] == text.split("\n")


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    assert derived('{"error":{"code":"Gone","message":"the file is mis') == ["(Gone) the file is mis"]
    assert derived('{"error":{"code":"Gone","details":[{"target":"x"},') == ["(Gone)"]


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "{{{{", 'f"{x!r}"', "def f(): return {'a': 1}", "a {b} c {d", '{"a"', "[1, 2]"]
)
def test_what_holds_nothing_stays(text: str) -> None:
    assert derived(text) == []


def test_escapes() -> None:
    assert unescape(r"a\nb\tc\"d\\e\u0027\x41") == "a\nb\tc\"d\\e'A"
    assert unescape(r"\ud83d\ude00 \ud800") == "😀 \ufffd"


@given(st.text(alphabet="{}[]\",:\\'nu0a \n", max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_no_line_is_lost(text: str) -> None:
    lines = lines_of(text)
    found = expand(lines)
    assert [line.raw for line in found if not line.derived] == [line.raw for line in lines]
    for line in found:
        line.text.encode()


@given(
    st.recursive(
        st.text(max_size=20), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    )
)
@settings(max_examples=200, deadline=None)
def test_valid_json_is_read(value: object) -> None:
    expand(lines_of(json.dumps({"error": value, "message": "it failed"})))


@pytest.mark.parametrize(
    "piece",
    ["{", '{"a":', '{\\"a\\": \\"b', '{"a" ', '{"message":"{\\"message\\":\\"', '\\n  File "a" ', "\\", '{"a":[', "'"],
)
def test_the_time_grows_with_the_length(piece: str) -> None:
    def cost(size: int) -> float:
        lines = lines_of("{" + piece * (size // len(piece)))
        begin = time.process_time()
        expand(lines)
        return time.process_time() - begin

    pairs = [(cost(20_000), cost(160_000)) for _ in range(3)]
    small, large = (min(times) for times in zip(*pairs, strict=True))  # what else runs here only adds
    assert large < 40 * small + 0.02


CRASHED = """
{'Azure-cli-ml Version': '1.5.0', 'Error': WebserviceException:
	Message: Service deployment polling reached non-successful terminal state, current service state: Failed
Error:
{
  "code": "KubernetesDeploymentFailed",
  "statusCode": 400,
  "message": "Kubernetes Deployment failed",
  "details": [
    {
      "code": "CrashLoopBackOff",
      "message": "Your container application crashed. This may be caused by errors in your scoring file's init() function.\\nPlease check the logs for your container instance: credit-svc.\\nYou can also try to run image contoso.azurecr.io/credit:1 locally."
    }
  ]
}
"""  # noqa: E501 - as the client prints it


def test_a_crash_alone_is_told_with_the_command_that_fetches_the_log() -> None:
    first = findings(Log(source="error.txt", text=CRASHED))[0]
    assert first.id == "logs.container-application-crashed"
    commands = [command for fix in first.fixes for command in fix.commands]
    assert "docker run --rm -it -p 5001:5001 contoso.azurecr.io/credit:1" in commands
    assert any("credit-svc" in command for command in commands)


def test_wrappers_never_win_over_what_they_wrap() -> None:
    crash = (
        "Error in entry script, ModuleNotFoundError: No module named 'sklearn', please run print(service.get_logs())"
    )
    inner = {
        "code": "AciDeploymentFailed",
        "message": crash,
        "details": [{"code": "CrashLoopBackOff", "message": crash}],
    }
    text = json.dumps(
        {"error": {"code": "UserError", "message": f"polling failed\nError:\n{json.dumps(inner, indent=2)}"}}
    )
    analysis = analyse(Log(source="error.txt", text=f"WebserviceException: ErrorResponse\n{text}"))
    assert [group.signature.id for group in analysis.causes] == ["module-not-found"]


def test_one_text_told_raw_and_unescaped_is_one_cause() -> None:
    text = json.dumps({"code": "X1y", "message": 'The storage account named "stml" is already taken.'})
    analysis = analyse(Log(source="error.txt", text=text))
    assert [group.signature.id for group in analysis.causes] == ["storage-account-name-taken"]


def test_names_for_commands() -> None:
    text = """$ az ml online-deployment create --name fraud-ga --endpoint fraud-ep01 -g rg-ml -w ws-ml -f deployment.yml
Check: endpoint fraud-ep01 exists
x-ms-request-id: 0123456789abcdef"""
    told = names(lines_of(text))
    assert (told["deployment"], told["endpoint"], told["group"]) == ("fraud-ga", "fraud-ep01", "rg-ml")
    assert (told["workspace"], told["request"], told["pod"]) == ("ws-ml", "0123456789abcdef", "<pod>")
    ids = "/subscriptions/0/resourceGroups/rg/providers/x/workspaces/ws/onlineEndpoints/ep/deployments/blue"
    told = names(lines_of(ids))
    assert (told["group"], told["workspace"], told["endpoint"], told["deployment"]) == ("rg", "ws", "ep", "blue")


def test_the_quote_of_a_long_line_holds_the_text_that_was_read() -> None:
    filler = [{"code": "Fine", "message": "nothing to see here"}] * 100
    taken = {"code": "X1y", "message": 'The storage account named "stml" is already taken.'}
    log = Log(source="error.txt", text=json.dumps({"details": [*filler, taken, *filler]}))
    quote = findings(log)[0].evidence[0].text
    assert "is already taken" in quote
    assert len(quote) < 1300


def test_the_source_code_that_raises_is_no_second_cause() -> None:
    text = """Traceback (most recent call last):
  File "/src/deploy.py", line 5, in <module>
    raise WebserviceException('Error, invalid name "{}" for provided entry script. '
azureml.exceptions.WebserviceException: WebserviceException:
\tMessage: Error, invalid name "score-v2" for provided entry script. Must be a valid Python identifier."""
    analysis = analyse(Log(source="error.txt", text=text))
    assert [group.best.fields["name"] for group in analysis.causes] == ["score-v2"]
