"""Spark or another Java library finds no Java.

What it finds
-------------
The messages of pyspark, jpype and h2o when no Java virtual machine starts.

Why it breaks
-------------
pip brings the Python half of these libraries. The Java that they start is a system package, which the inference images
do not have, so init() fails and the worker exits with code 3.

How to fix
----------
Install a Java runtime in the image's Dockerfile, or export the model to a format that needs none.

Learn more
----------
Apache Spark documentation, "PySpark installation".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.reading import told_by


@check("runtime.java-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def java_missing(evidence: Evidence) -> Iterator[Finding]:
    """Say what is missing beside pip's part."""
    for failure in told_by("runtime.java-missing", evidence):
        yield failure.finding(
            "no Java is installed, and the script starts one",
            fixes=(
                Fix(
                    title="install a Java runtime in the image",
                    commands=("RUN apt-get update && apt-get install -y --no-install-recommends default-jre-headless",),
                ),
            ),
        )


SCRIPT = "def init():\n    SparkSession.builder.getOrCreate()\n\ndef run(data): return 1\n"
HERE = at(SCRIPT, "getOrCreate")

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(Phase.INIT, "RuntimeError", "Java gateway process exited before sending its port number", HERE),
        ),
        saw="no Java is installed",
        line=2,
        findings=1,
    ),
    fires(
        seen(SCRIPT, raised_in(Phase.INIT, "PySparkRuntimeError", "[JAVA_GATEWAY_EXITED] Java gateway process exited"))
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "Py4JJavaError", "An error occurred while calling o1.load"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "RuntimeError", "no gateway", HERE))),
    quiet(seen(SCRIPT, *started())),
)
