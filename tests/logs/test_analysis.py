"""How sightings become causes: order in time, chains, states, repeats, and what no signature knows."""

import pytest

from checks.evidence import Log
from checks.finding import Confidence, Finding, Severity
from checks.logs.analysis import Analysis, analyse_with
from checks.logs.findings import findings
from checks.logs.matcher import Matcher
from checks.logs.signature import Phase, Role, Signature, Strength, by_id
from doctor.report import Verdict
from doctor.triage import triage


def known(id: str, match: str, **more: object) -> Signature:
    return Signature(id=id, match=(match,), title=f"{id} of a test", why="Because.", area="test", **more)  # type: ignore[arg-type]


STATES = [one for one in by_id().values() if one.role is Role.STATE]
DISK = known("disk-full", r"No space left")
KEY = known("key-missing", r"KeyError: '(?P<name>\w+)'", exception=True)
OLD = known("old-setting", r"old setting", strength=Strength.WEAK)
EXIT = known("worker-exit", r"Worker failed to boot", role=Role.SYMPTOM)
NOISE = known("noise", r"harmless noise", role=Role.HARMLESS)
HEAD = known("heading", r"the cache is off", role=Role.HARMLESS, heads=True)

MISSING = "KeyError: 'a'"
BOOT = "[2026-11-20 18:00:00 +0000] [7] [INFO] Starting gunicorn 22.0.0"
INIT = "2026-11-20 18:00:05,725 I [9] azmlinfsrv.user_script - Invoking user's init function"
READY = "2026-11-20 18:00:07,731 I [9] azmlinfsrv - Worker with pid 9 ready for serving traffic"


def read(text: str, *signatures: Signature) -> Analysis:
    return analyse_with(Log(source="log.txt", text=text), Matcher.of([*STATES, *signatures]))


def causes(analysis: Analysis) -> list[str]:
    return [group.signature.id for group in analysis.causes]


def raised(*messages: str, function: str = "init") -> str:
    """A chain of exceptions, the first raised first."""
    blocks = [
        f'Traceback (most recent call last):\n  File "/app/score.py", line {line}, in {function}\n    work()\n{message}'
        for line, message in enumerate(messages, 3)
    ]
    return "\n\nThe above exception was the direct cause of the following exception:\n\n".join(blocks)


def first(text: str) -> Finding:
    return triage(Log(source="log.txt", text=text)).findings[0]


# -- order


def test_what_came_first_in_a_chain_wins() -> None:
    assert causes(read(raised(MISSING, "OSError: No space left on device"), KEY, DISK)) == ["key-missing"]


def test_a_weak_root_gives_way_to_what_its_chain_says_clearly() -> None:
    weak = known("key-missing", r"KeyError: '(?P<name>\w+)'", strength=Strength.WEAK)
    assert causes(read(raised(MISSING, "OSError: No space left on device"), weak, DISK)) == ["disk-full"]


def test_two_independent_causes_are_both_told() -> None:
    assert causes(
        read(f"{raised('KeyError: 1x')}\nwrite: No space left\n{raised(chr(75) + 'eyError: ' + repr('b'))}", KEY, DISK)
    ) == [
        "disk-full",
        "key-missing",
    ]


def test_weak_causes_give_way() -> None:
    found = read("old setting\nwrite: No space left", OLD, DISK)
    assert causes(found) == ["disk-full"]
    assert [group.signature.id for group in found.symptoms] == ["old-setting"]


def test_symptoms_are_explained() -> None:
    found = read("Worker failed to boot\nwrite: No space left", EXIT, DISK)
    assert causes(found) == ["disk-full"]
    assert found.causes[0].symptoms == (EXIT,)


def test_the_last_start_that_came_to_something_counts_most() -> None:
    one, two = "write: No space left", raised(MISSING)
    found = read(f"{BOOT}\n{INIT}\n{one}\n{BOOT}\n{INIT}\n{two}\n{BOOT}\n{INIT}", KEY, DISK)
    assert causes(found) == ["key-missing", "disk-full"]
    assert found.runs == 3


def test_repeats_are_one_group() -> None:
    (group,) = read("\n".join([BOOT, INIT, raised(MISSING)] * 4), KEY).causes
    assert len(group.sightings) == 4
    assert group.best.moment.run == 3


# -- states


def test_what_the_start_survived_is_no_cause() -> None:
    early = known("weights-late", r"weights are late", stage="init")
    assert causes(read(f"{INIT}\nweights are late\n{READY}", early)) == []
    assert causes(read(f"{READY}\nweights are late", early)) == ["weights-late"]


def test_another_worker_that_is_ready_does_not_clear_the_failure_of_this_one() -> None:
    late = known("weights-late", r"weights are late", stage="init")
    other = "2026-11-20 18:00:05,925 I [10] azmlinfsrv.user_script - Invoking user's init function"
    failed = "2026-11-20 18:00:06,725 E [10] azmlinfsrv - weights are late"
    assert causes(read(f"{INIT}\n{other}\n{failed}\n{READY}", late)) == ["weights-late"]
    assert causes(read(f"{other}\n{failed}\n{INIT}\n{READY}", late)) == []  # a worker that was started later


def test_another_pod_does_not_clear_the_failure_of_this_one() -> None:
    waiting = known("node-full", r"Insufficient cpu", cleared_by=("scheduled",))
    text = (
        "3m Warning FailedScheduling pod/{} 0/3 nodes: Insufficient cpu\n"
        "2m Normal Scheduled pod/{} Successfully assigned ml/{} to node-1"
    )
    assert causes(read(text.format("a-1", "a-1", "a-1"), waiting)) == []
    assert causes(read(text.format("a-1", "b-2", "b-2"), waiting)) == ["node-full"]


@pytest.mark.parametrize(
    ("shown", "cleared"),
    [
        ("$ kubectl get pods\nchurn-1   1/1   Running   0   5m", True),
        ("$ kubectl get pods\nchurn-1   0/1   CrashLoopBackOff   5   5m\nother-2   1/1   Running   0   5m", False),
        ("$ kubectl get pods\nother-2   1/1   Running   0   5m", False),
    ],
)
def test_a_table_of_pods_clears_only_the_pod_of_the_log(shown: str, cleared: bool) -> None:
    early = known("weights-late", r"weights are late", stage="init")
    text = f"$ kubectl logs -n ml churn-1 -c main\nweights are late\n{shown}"
    assert (causes(read(text, early)) == []) is cleared


def test_a_pasted_log_is_of_no_pod_in_particular() -> None:
    early = known("weights-late", r"weights are late", stage="init")
    table = "churn-1   1/1   Running   0   5m\nother-2   1/1   Running   0   5m"
    assert causes(read(f"weights are late\n{table}", early)) == ["weights-late"]


def test_what_was_tried_again_and_succeeded_is_no_cause() -> None:
    slow = known("mirror-slow", r"Read timed out")
    retry = "WARNING: Retrying (Retry(total=4)) after connection broken by 'Read timed out'"
    assert causes(read(f"{retry}\nSuccessfully installed flask-3.0.0", slow)) == []
    assert causes(read(f"{retry}\nERROR: gave up", slow)) == ["mirror-slow"]


def test_conditions_of_time_are_of_the_same_process() -> None:
    late = known("late", r"TIMEOUT \(pid:(?P<pid>\d+)\)", role=Role.SYMPTOM)
    killed = known("killed", r"Worker \(pid:(?P<pid>\d+)\) was sent SIGKILL", not_after=("late",))
    assert causes(read("TIMEOUT (pid:9)\nWorker (pid:9) was sent SIGKILL", late, killed)) == []
    assert causes(read("TIMEOUT (pid:9)\nWorker (pid:8) was sent SIGKILL", late, killed)) == ["killed"]


def test_phases() -> None:
    in_init = known("slow-init", r"too slow", phases=(Phase.INIT,))
    assert causes(read(f"{INIT}\ntoo slow", in_init)) == ["slow-init"]
    assert causes(read(f"{INIT}\n{READY}\ntoo slow", in_init)) == []


# -- harmless lines


def test_harmless_lines_hide_what_stands_on_them() -> None:
    assert causes(read("harmless noise: No space left", NOISE, DISK)) == []
    assert causes(read("harmless noise\nNo space left", NOISE, DISK)) == ["disk-full"]


def test_a_harmless_line_hides_the_traceback_that_it_announces_and_no_other() -> None:
    assert read(f"the cache is off\n{raised('ValueError: x')}", HEAD).unexplained == ()
    assert read(f"harmless noise\n{raised('ValueError: x')}", NOISE).unexplained
    assert read(f"{raised('ValueError: x')}\nthe cache is off", HEAD).unexplained


# -- what no signature knows


def test_an_unrecognised_exception_is_told_with_its_place() -> None:
    finding = first(raised("contoso.errors.GaugeError: gauge 7 has no scale", "RuntimeError: start failed"))
    assert finding.id == "logs.unrecognised-exception"
    assert finding.confidence is Confidence.POSSIBLE
    assert "GaugeError" in finding.title
    assert "score.py line 3" in finding.title
    assert "gauge 7 has no scale" in finding.why
    assert [quote.line for quote in finding.evidence] == [4, 2, 11]
    assert "pip freeze" in str(finding.no_fix)


def test_an_unrecognised_exception_beats_a_weak_cause() -> None:
    found = read(f"old setting\n{raised('contoso.errors.GaugeError: x')}", OLD)
    assert found.unexplained
    assert causes(found) == ["old-setting"]


def test_the_report_of_a_child_process_is_not_the_exception() -> None:
    child = raised("subprocess.CalledProcessError: Command 'serve' returned non-zero exit status 1.")
    finding = first(f"{raised('contoso.errors.GaugeError: x')}\n\n{child}")
    assert "GaugeError" in finding.title


def test_an_exception_that_was_survived_is_none() -> None:
    text = f"{INIT}\n{raised('contoso.errors.GaugeError: x')}\n{READY}"
    assert read(text).unexplained == ()
    assert read(f"{READY}\n{raised('contoso.errors.GaugeError: x', function='run')}\n{READY}").unexplained


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("start\nERROR: gauge 7 has no scale\nmake: *** [all] Error 2\nexit code: 1", "gauge 7 has no scale"),
        ("##[error]gauge 7 was refused\n##[error]Process completed with exit code 1.", "gauge 7 was refused"),
        ("thread 'main' panicked at src/gauge.rs:4:5: no scale\nexited with code 101", "panicked"),
        ("2026-11-20 18:00:00,000 E [9] azmlinfsrv.x - gauge 7 has no scale\nbye", "gauge 7 has no scale"),
        (
            "#9 [5/7] RUN ./a.sh\n#9 3.8 a: odd checksum of gauge 7, refusing to go on\n#9 ERROR: process exit code: 4",
            "odd checksum of gauge 7",
        ),
        ("fatal: gauge 7 cannot be read\nfailed", "gauge 7 cannot be read"),
        ("all fine\nthe gauge could not be opened\ndone", "the gauge could not be opened"),
    ],
)
def test_the_line_that_tells_most(text: str, line: str) -> None:
    finding = first(text)
    assert finding.id == "logs.unrecognised-error"
    assert line in finding.title
    assert line in finding.evidence[0].text
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{BOOT}\n{INIT}\nloading the gauges", "init()"),
        (
            "Collecting package metadata (repodata.json): ...working... done\nSolving environment: ...working...",
            "solving",
        ),
        ("Step 3/9 : RUN conda env create\nInstalling pip dependencies: ...working...", "pip"),
        ('4m18s Normal Pulling pod/churn-1 Pulling image "contoso.azurecr.io/churn:41"', "pulled"),
    ],
)
def test_a_log_that_ends_in_the_middle(text: str, words: str) -> None:
    finding = first(text)
    assert words in f"{finding.title} {finding.why}"
    assert triage(Log(source="log.txt", text=text)).verdict is Verdict.FAILING


@pytest.mark.parametrize("text", ["error rate of the model: 0.02", "mean absolute error = 3.1e-4", "Error rate: 2 %"])
def test_how_good_a_model_is_is_no_failure(text: str) -> None:
    assert first(f"training done\n{text}\nsaved").id == "logs.no-failure-shown"


def test_an_empty_log_is_no_verdict() -> None:
    report = triage(Log(source="log.txt", text="\n \n"))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "--previous" in str(report.findings[0].no_fix)


def test_a_log_that_shows_nothing_says_what_to_collect() -> None:
    report = triage(Log(source="log.txt", text="hello\nworld"))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.findings[0].id == "logs.no-failure-shown"
    assert "collect next" in str(report.findings[0].no_fix)


def test_symptoms_alone_are_the_answer() -> None:
    text = "Shutting down: Master\nReason: Worker failed to boot.\nExit code 3 is not normal. Killing image."
    report = triage(Log(source="log.txt", text=text))
    assert report.verdict is Verdict.FAILING
    assert len(report.causes) == 1
    assert report.causes[0].explains


def test_titles_fit() -> None:
    finding = first(raised(f"contoso.errors.GaugeError: {'a long explanation ' * 30}"))
    assert len(finding.title) <= 100
    assert len(first(f"ERROR: {'a long explanation ' * 30}").title) <= 100


def test_long_values_are_cut_in_the_title_and_whole_below() -> None:
    path = "/var/azureml-app/azureml-models/churn/3/" + "folder/" * 20 + "model.pkl"
    finding = first(raised(f"FileNotFoundError: [Errno 2] No such file or directory: '{path}'"))
    assert len(finding.title) <= 100
    assert path in finding.why


def test_quotes_are_three_at_most_and_differ() -> None:
    report = triage(Log(source="log.txt", text="\n".join([BOOT, raised(MISSING)] * 5)))
    assert report.findings
    for finding in report.findings:
        texts = [quote.text for quote in finding.evidence]
        assert len(texts) == len(set(texts)) <= 3


def test_the_persons_line_is_named_when_a_library_raised_anew() -> None:
    text = """Traceback (most recent call last):
  File "/opt/conda/lib/python3.11/urllib/request.py", line 1348, in do_open
    h.request(req.get_method(), req.selector, req.data, headers)
socket.gaierror: [Errno -2] Name or service not known

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/var/azureml-app/score.py", line 9, in init
    urlretrieve(URL, "model.onnx")
  File "/opt/conda/lib/python3.11/urllib/request.py", line 1351, in do_open
    raise URLError(err)
urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>"""
    (found, *_) = findings(Log(source="log.txt", text=text))
    assert found.id == "logs.dns-failed"
    assert "score.py line 9" in found.why
    assert [quote.line for quote in found.evidence] == [4, 9]


def test_a_service_beside_it_proves_nothing() -> None:
    late = known("weights-late", r"weights are late", stage="init")
    beside = "churn-1  | weights are late\nchurn-1  | bye\n{0}-1  | start\n{0}-1  | Application startup complete."
    assert causes(read(beside.format("dashboard"), late)) == ["weights-late"]
    assert causes(read(beside.format("churn"), late)) == []


def test_an_exact_name_outranks_that_of_an_area() -> None:
    exact = known("gauge-cold", r"gauge 7", over=("gauge-odd",))
    broad = known("gauge-odd", r"gauge 7 is odd", over=("test.*",))
    assert causes(read("gauge 7 is odd", exact, broad)) == ["gauge-cold"]


@pytest.mark.parametrize(
    "text",
    [
        "Failed requests:                         0\nRequests per second: 41",
        "SUCCESS! -- 2 Passed | 0 Failed | 0 Pending",
        "17/06/09 20:10:46 INFO gauges.Cache: Part 7 not found, computing it",
        "I0811 19:19:06.235171       1 nanny.go:110] storage: MISSING, extra: 0Gi",
        "WARNING:root:Cannot use the fast index for gauges",
        "  0%|      | 0/9 [00:00<?, ?it/s]WARNING:root:Cannot use the fast index",
        '    except ValueError:\n        print(f"gauge failed: {e}")',
        'logger.error("gauge 7 could not be read: %s", reason)',
        "# Lines before each error (default: 50)",
        "* **Failed** state: you can start the run again",
        "TYPE:         Missing feature values imputation",
        '"OOMKilled": false, "Error": ""',
        "(OutOfService: x, Creating: -, InService: !, Failed: *)",
        "pod/unauthorized-user-74f795fd9f-zmcxp      1/1     Terminating   0          3m40s",
        "    Liveness:  http-get http://:9090/health delay=5s timeout=1s period=3s",
    ],
)
def test_words_of_errors_are_no_error(text: str) -> None:
    assert [finding.id for finding in triage(Log(source="log.txt", text=text)).causes] == []


def test_what_notebooks_show_around_an_exception_is_no_message() -> None:
    full = known("gauge-full", r"gauge \w+ is full")
    text = (
        "GaugeError                      Traceback (most recent call last)\n"
        "<ipython-input-3-aaaaaaaaaaaa> in <module>\n"
        "     11 def load():\n"
        "---> 12     raise GaugeError('gauge seven is full')\n\n"
        "GaugeError: gauge eight is odd"
    )
    assert causes(read(text, full)) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('{\n    "error": {\n        "message": "Unknown gauge cpu"\n    }\n}', "Unknown gauge cpu"),
        ('<_InactiveRpcError of RPC that terminated with:\n\tdetails = "gauge 7 is odd"\n>', "gauge 7 is odd"),
    ],
)
def test_the_title_tells_what_a_message_holds_inside(message: str, words: str) -> None:
    assert words in first(raised(f"contoso.GaugeError: {message}")).title
