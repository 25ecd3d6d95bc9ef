"""Weights are read from a download cache of this machine.

What it finds
-------------
Files read from the cache of a model hub or data package: Hugging Face, torch hub, Keras, NLTK, spaCy and others.

Why it breaks
-------------
The rehearsal found what an earlier run had downloaded. The container's cache is empty: there the library downloads at
the start, which takes time at every restart and fails where outbound traffic is blocked.

How to fix
----------
Put the downloaded folder into the model folder and load it by its path, with `local_files_only=True` where there is
one.

Learn more
----------
Hugging Face documentation, "Understand caching" and "Offline mode".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Opened, Phase
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.failures import STAGES, line_of, probe_of, same_file, script_of
from checks.runtime.observed import answered, at, seen, started
from checks.runtime.touched import is_cache
from checks.runtime.wording import base_name, titled


@check(
    "runtime.cache-used",
    needs=("probe",),
    stage=Stage.INIT,
    severity=Severity.WARNING,
    explains=("runtime.network-at-start",),
)
def cache_used(evidence: Evidence) -> Iterator[Finding]:
    """Name the first file and how many there are."""
    probe, script = probe_of(evidence), script_of(evidence)
    read = [o for o in probe.opened if o.mode == "read" and o.found and o.place != "model" and is_cache(o.path)]
    if not read:
        return
    first = next((o for o in read if o.at), read[0])
    quotes = []
    in_script = bool(first.at and script and same_file(first.at.path, script.path))
    if first.at:
        source = script.path if script and in_script else first.at.path
        quotes.append(Quote(source=source, line=first.at.line, text=line_of(first.at, script) or base_name(first.path)))
    quotes += [Quote(source="probe", text=f"read {o.path}") for o in read[:2]]
    yield Finding(
        title=titled(f"{base_name(first.path)} comes from a download cache of this machine", 88),
        evidence=tuple(quotes),
        stage=STAGES.get(first.phase),
        about=(f"phase:{first.phase.value}", *((f"line:{first.at.line}",) if first.at and in_script else ())),
        fixes=(
            Fix(
                title="ship the folder with the model, and load it by its path",
                commands=('os.path.join(os.environ["AZUREML_MODEL_DIR"], "<folder>")', "HF_HUB_OFFLINE=1"),
            ),
        ),
    )


SCRIPT = "def init():\n    pipeline('summarization')\n\ndef run(data): return 1\n"


def _read(path: str, **more: object) -> Evidence:
    record: dict[str, object] = {
        "mode": "read",
        "place": "elsewhere",
        "phase": Phase.INIT,
        "at": at(SCRIPT, "pipeline"),
    }
    opened = Opened(path=path, **{**record, **more})  # type: ignore[arg-type]
    return seen(SCRIPT, *started(answered("1")), opened=(opened,))


CASES = (
    fires(
        _read("/root/.cache/huggingface/hub/models--t5/a.safetensors"),
        saw="a.safetensors comes from a download cache",
        line=2,
        findings=1,
    ),
    fires(_read("/root/nltk_data/corpora/stopwords.zip"), saw="stopwords.zip"),
    quiet(_read("/root/.cache/pip/a.whl"), name="another cache"),
    quiet(_read("/root/.cache/matplotlib/fontlist.json"), name="a cache that is made anew"),
    quiet(_read("models/nltk_data/corpora/stopwords.zip", place="model"), name="shipped with the model"),
    quiet(_read("/root/.cache/huggingface/token"), name="a token"),
    quiet(_read("/root/.keras/keras.json"), name="settings of Keras"),
)
