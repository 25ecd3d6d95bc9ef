import json
import os

os.environ.setdefault("TRANSFORMERS_CACHE", "/tmp/cache")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline  # noqa: E402


def init() -> None:
    global classify
    folder = os.path.join(os.environ["AZUREML_MODEL_DIR"], "sentiment")
    classify = pipeline(
        task="text-classification",
        model=AutoModelForSequenceClassification.from_pretrained(folder),
        tokenizer=AutoTokenizer.from_pretrained(folder),
    )


def run(data: str) -> list[dict]:
    texts = json.loads(data)["inputs"]
    if isinstance(texts, str):
        texts = [texts]
    return [{"label": r["label"], "score": float(r["score"])} for r in classify(texts, truncation=True)]
