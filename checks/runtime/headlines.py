"""Exceptions that their own text identifies, whoever raised them: check id to patterns of the headline.

The texts are those of the libraries themselves; each pattern keeps to the fixed words of one message.
"""

import re
from functools import cache

_BY_CHECK: dict[str, tuple[str, ...]] = {
    "runtime.gpu-memory": (
        r"CUDA (?:error: )?out of memory",
        r"^(?:torch\.)?(?:cuda\.)?OutOfMemoryError: (?:CUDA|HIP|MPS)",
        r"CUBLAS_STATUS_ALLOC_FAILED",
        r"^ResourceExhaustedError: OOM when allocating",
        r"Failed to allocate memory for requested buffer of size \d+",  # onnxruntime, CUDA arena
    ),
    "runtime.gpu-missing": (
        r"Attempting to deserialize object on (?:a )?CUDA device",
        r"Torch not compiled with CUDA enabled",
        r"Found no NVIDIA driver on your system",
        r"NVIDIA driver on your system is too old",
        r"No CUDA GPUs are available",
        r"no kernel image is available for execution on the device",
        r"CUDA driver version is insufficient for CUDA runtime version",
        r"CUDA unknown error - this may be due to an incorrectly set up environment",
        r"Invalid (?:CUDA )?device(?: id|=)",
        r"libcuda\.so\.1: cannot open shared object file",
    ),
    "runtime.out-of-memory": (
        r"^MemoryError\b",
        r"^_?ArrayMemoryError\b",
        r"Unable to allocate .+ for an array",
        r"DefaultCPUAllocator: (?:can't|not enough) (?:allocate )?memory",
        r"std::bad_alloc",
        r"Cannot allocate memory",
    ),
    "runtime.disk-full": (r"\[Errno 28\]", r"No space left on device", r"\[Errno 122\]", r"Disk quota exceeded"),
    "runtime.limit-reached": (
        r"can't start new thread",
        r"\[Errno 24\]",
        r"Too many open files",
        r"\[Errno 11\] Resource temporarily unavailable",
    ),
    "runtime.relative-import": (
        r"attempted relative import with no known parent package",
        r"attempted relative import beyond top-level package",
        r"__main__' is not a package",
    ),
    "runtime.circular-import": (r"partially initialized module", r"most likely due to a circular import"),
    "runtime.shared-library-missing": (
        r"cannot open shared object file",
        r"version [`'‘]\S+['’] not found \(required by",
        r"DLL load failed",
        r"undefined symbol: ",
        r"Library not loaded: ",
        r"wrong ELF class",
        r"invalid ELF header",
    ),
    "runtime.binary-mismatch": (
        r"numpy\.(?:dtype|ndarray|ufunc) size changed, may indicate binary incompatibility",
        r"module compiled against (?:ABI|API) version",
        r"compiled using NumPy 1\.x cannot be run in",
        r"_ARRAY_API not found",
        r"numpy\.core\.multiarray failed to import",
        r"numpy\._core\.multiarray failed to import",
        r"Descriptors cannot (?:not )?be created directly",
        r"Detected incompatible Protobuf Gencode/Runtime versions",
        r"size changed, may indicate binary incompatibility",
    ),
    "runtime.credential-missing": (
        r"DefaultAzureCredential failed to retrieve a token",
        r"ManagedIdentityCredential authentication unavailable",
        r"EnvironmentCredential authentication unavailable",
        r"ChainedTokenCredential failed to retrieve a token",
        r"^CredentialUnavailableError\b",
        r"^ClientAuthenticationError\b",
        r"^NoCredentialsError\b",
        r"Unable to locate credentials",
        r"^DefaultCredentialsError\b",
        r"To sign in, use a web browser to open the page",
        r"401 Client Error: Unauthorized for url",
        r"Cannot access gated repo",
        r"Please run 'az login' to setup account",
    ),
    "runtime.workspace-config-missing": (
        r"could not find (?:a )?config\.json in",
        r"workspace configuration file config\.json, could not be found",
    ),
    "runtime.model-name-unknown": (
        r"^ModelNotFoundException\b",
        r"not found in cache at .+ or in current working directory",
        r"can contain only 1 file or folder\. Found",
    ),
    "runtime.data-package-missing": (
        r"Please use the NLTK Downloader to obtain the resource",
        r"\[E050\] Can't find model",
        r"Can't find model '\w+'\. It doesn't seem to be a",
    ),
    "runtime.java-missing": (
        r"Java gateway process exited before sending its port number",
        r"JAVA_GATEWAY_EXITED",
        r"JAVA_HOME is not set",
        r"JVM not found",
        r"No JVM shared library file",
    ),
    "runtime.host-unreachable": (
        r"Max retries exceeded with url",
        r"NewConnectionError",
        r"Failed to establish a new connection",
        r"Temporary failure in name resolution",
        r"Name or service not known",
        r"nodename nor servname provided",
        r"getaddrinfo failed",
        r"No address associated with hostname",
        r"Could not resolve host",
        r"Cannot connect to host",
        r"We couldn't connect to '[^']+' to load",
        r"Cannot reach https?://",
        r"outgoing traffic has been disabled",
        r"Tunnel connection failed",
        r"^ProxyError\b",
        r"CERTIFICATE_VERIFY_FAILED",
        r"^(?:URLError|ConnectionRefusedError|ConnectTimeout|ConnectError|ConnectionResetError|gaierror)\b",
        r"Network is unreachable",
        r"No route to host",
        r"Connection refused",
        r"couldn't find (?:it|them) in the cached files",
    ),
    "runtime.weights-only": (r"Weights only load failed", r"Unsupported (?:global|operand|class).*weights_only"),
    "runtime.weights-mismatch": (
        r"Error\(s\) in loading state_dict for",
        r"(?:Missing|Unexpected) key\(s\) in state_dict",
        r"size mismatch for \S+: copying a param with shape",
        r"Layer count mismatch when loading weights",
        r"expects? \d+ (?:variables|weights), but received \d+",
    ),
    "runtime.model-format-refused": (
        r"Unsupported model IR version",
        r"ONNX Runtime only \*?guarantees\*? support for models stamped with official released onnx opset",
        r"INVALID_PROTOBUF",
        r"Protobuf parsing failed",
        r"Model format is not supported or corrupt",  # lightgbm
        r"Unknown model file format|Model file .* is corrupt",
        r"input stream corrupted",  # xgboost
        r"Unable to (?:synchronously )?open file \((?:file signature not found|truncated file|bad superblock)",
        r"Unknown layer: ",
        r"Could not locate class",
        r"File format not supported: filepath=",
        r"only supports V3 `\.keras` files|accessible `\.keras` zip file",
        r"Incorrect CatBoost model descriptor|Model descriptor is invalid",
        r"header too (?:large|small)|InvalidHeader|MetadataIncompleteBuffer",  # safetensors
        r"PytorchStreamReader failed",
        r"^InvalidProtobuf\b",
        r"Expected to have one of the following.*format|Could not deserialize|Didn't find op for builtin opcode",
    ),
    "runtime.model-not-fitted": (r"^NotFittedError\b", r"is not fitted yet", r"need to call fit or load_model"),
    "runtime.event-loop": (
        r"There is no current event loop in thread",
        r"asyncio\.run\(\) cannot be called from a running event loop",
        r"This event loop is already running",
        r"no running event loop",
    ),
    "runtime.recursion": (r"^RecursionError\b",),
    "runtime.truth-of-array": (
        r"The truth value of an array with more than one element is ambiguous",
        r"The truth value of a (?:DataFrame|Series|Index) is ambiguous",
        r"Boolean value of Tensor with more than one value is ambiguous",
    ),
    "runtime.cuda-in-fork": (r"Cannot re-initialize CUDA in forked subprocess",),
}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The table, compiled when the first exception is read: a script without one does not pay for it."""
    return tuple((check, re.compile("|".join(patterns), re.DOTALL)) for check, patterns in _BY_CHECK.items())


def by_headline(headline: str) -> str | None:
    """The id of the check whose patterns know this headline, or None."""
    return next((check for check, pattern in _patterns() if pattern.search(headline)), None)
