"""Calls by their full name, and the calls that the checks know: what loads a model, opens a file, fetches, waits."""

import ast
from collections.abc import Collection, Iterator
from functools import lru_cache

from checks.entry_script.module import Module


@lru_cache(maxsize=64)
def calls(module: Module) -> tuple[tuple[ast.Call, str], ...]:
    """Every call with its full dotted name; `?.method` where the receiver is no plain name."""
    return tuple((call, call_name(module, call)) for call in module.all(ast.Call))


def call_name(module: Module, call: ast.Call) -> str:
    """The full dotted name of what is called; `?.method` for a method of an expression, empty for anything else."""
    name = module.called(call)
    if name is None:
        return f"?.{call.func.attr}" if isinstance(call.func, ast.Attribute) else ""
    return name


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rsplit(".", 1)[-1]


def calls_of(module: Module, names: Collection[str]) -> Iterator[tuple[ast.Call, str]]:
    """Calls whose full dotted name is one of `names`."""
    return ((call, name) for call, name in calls(module) if name in names)


def argument(call: ast.Call, position: int, *keywords: str) -> ast.expr | None:
    """An argument by position or keyword, None when it is not given (or hides behind a star)."""
    for keyword in call.keywords:
        if keyword.arg in keywords:
            return keyword.value
    if len(call.args) > position and not any(isinstance(a, ast.Starred) for a in call.args[: position + 1]):
        return call.args[position]
    return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """A keyword argument's value."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def text_of(node: ast.AST | None) -> str | None:
    """The value of a string literal, else None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# Full names of what reads a model from a path, with the position and keywords of that path. Each also works on folders
# when it stands in FOLDER_LOADERS.
LOADERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "joblib.load": (0, ("filename",)),
    "sklearn.externals.joblib.load": (0, ("filename",)),
    "pandas.read_pickle": (0, ("filepath_or_buffer",)),
    "torch.load": (0, ("f",)),
    "torch.jit.load": (0, ("f",)),
    "tensorflow.keras.models.load_model": (0, ("filepath",)),
    "keras.models.load_model": (0, ("filepath",)),
    "tensorflow.saved_model.load": (0, ("export_dir",)),
    "tensorflow.lite.Interpreter": (0, ("model_path",)),
    "onnxruntime.InferenceSession": (0, ("path_or_bytes",)),
    "onnx.load": (0, ("f",)),
    "lightgbm.Booster": (1, ("model_file",)),
    "mlflow.pyfunc.load_model": (0, ("model_uri",)),
    "mlflow.sklearn.load_model": (0, ("model_uri",)),
    "mlflow.pytorch.load_model": (0, ("model_uri",)),
    "mlflow.keras.load_model": (0, ("model_uri",)),
    "mlflow.tensorflow.load_model": (0, ("model_uri",)),
    "mlflow.xgboost.load_model": (0, ("model_uri",)),
    "mlflow.lightgbm.load_model": (0, ("model_uri",)),
    "spacy.load": (0, ("name",)),
    "fasttext.load_model": (0, ("path",)),
    "gensim.models.KeyedVectors.load": (0, ("fname",)),
    "gensim.models.KeyedVectors.load_word2vec_format": (0, ("fname",)),
    "gensim.models.Word2Vec.load": (0, ("fname",)),
    "gensim.models.Doc2Vec.load": (0, ("fname",)),
    "sentence_transformers.SentenceTransformer": (0, ("model_name_or_path",)),
    "faiss.read_index": (0, ()),
    "cv2.dnn.readNet": (0, ("model",)),
    "cv2.dnn.readNetFromONNX": (0, ("onnxFile",)),
    "cloudpickle.load": (0, ("file",)),
    "dill.load": (0, ("file",)),
    "pickle.load": (0, ("file",)),
}
STREAM_LOADERS = frozenset({"pickle.load", "cloudpickle.load", "dill.load", "_pickle.load"})
FOLDER_LOADERS = frozenset(
    {
        "tensorflow.keras.models.load_model",
        "keras.models.load_model",
        "tensorflow.saved_model.load",
        "spacy.load",
        "sentence_transformers.SentenceTransformer",
    }
    | {name for name in LOADERS if name.startswith("mlflow.")}
)
# Methods that read a model into (or as) their receiver.
LOADER_METHODS = frozenset({"load_model", "load_weights", "from_pretrained", "load_state_dict", "load_from_checkpoint"})
# Other calls that open the file named by their first argument.
OPENERS = frozenset(
    {
        "open",
        "io.open",
        "codecs.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
        "numpy.load",
        "numpy.loadtxt",
        "numpy.genfromtxt",
        "numpy.fromfile",
        "pandas.read_csv",
        "pandas.read_parquet",
        "pandas.read_excel",
        "pandas.read_json",
        "pandas.read_feather",
        "pandas.read_hdf",
        "pandas.read_table",
        "scipy.io.loadmat",
        "scipy.sparse.load_npz",
        "h5py.File",
        "cv2.imread",
        "PIL.Image.open",
        "skimage.io.imread",
        "zipfile.ZipFile",
        "tarfile.open",
        "sqlite3.connect",
        "shelve.open",
        "os.listdir",
        "os.scandir",
        "os.stat",
        "os.path.getsize",
        "shutil.copy",
        "shutil.copyfile",
        "runpy.run_path",
    }
)
# Calls that fetch something over the network.
FETCHERS = frozenset(
    {
        "urllib.request.urlretrieve",
        "urllib.request.urlopen",
        "urllib.urlretrieve",
        "requests.get",
        "requests.post",
        "requests.request",
        "httpx.get",
        "httpx.post",
        "wget.download",
        "gdown.download",
        "gdown.download_folder",
        "huggingface_hub.hf_hub_download",
        "huggingface_hub.snapshot_download",
        "nltk.download",
        "nltk.downloader.download",
        "spacy.cli.download",
        "torch.hub.load",
        "torch.hub.load_state_dict_from_url",
        "torch.hub.download_url_to_file",
        "tensorflow_hub.load",
        "tensorflow_hub.KerasLayer",
        "tensorflow.keras.utils.get_file",
        "keras.utils.get_file",
        "gensim.downloader.load",
        "sklearn.datasets.fetch_openml",
        "sklearn.datasets.fetch_20newsgroups",
        "sklearn.datasets.fetch_california_housing",
        "stanza.download",
        "whisper.load_model",
    }
)


def is_prediction(name: str) -> bool:
    """True for a call that asks a model for its answer."""
    return "." in name and last(name) in PREDICTIONS


PREDICTIONS = frozenset(
    {"predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "kneighbors", "encode", "score"}
)
