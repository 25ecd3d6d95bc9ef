"""Files that the script touched outside what travels with it."""

import re

from checks.evidence import Frame, Opened

# Folders that every machine has, and what libraries keep of a person's settings: reading them is nobody's fault.
STANDARD = re.compile(
    r"^/(?:etc|proc|sys|dev|usr|lib|lib64|bin|sbin|run|var|System|Library|nix|snap)(?:/|$)"
    r"|^[A-Za-z]:[\\/](?:Windows|Program Files|ProgramData)[\\/]"
    r"|/(?:site-packages|dist-packages|python\d(?:\.\d+)?|lib-dynload|__pycache__)(?:/|$)"
    r"|/\.(?:config|local|ipython|jupyter|matplotlib|dask|keras/keras\.json|git|netrc|condarc|pip|nv|triton)(?:/|$)"
    r"|/\.(?:gitconfig|numba_config\.yaml|pythonrc|profile|theanorc|plotly|streamlit|python_history)"
    r"|\.(?:so|dylib|dll|pyd|pyc|pth|ttf|otf|ttc|mo|afm)(?:\.\d+)*$|/(?:fonts|locale|zoneinfo|ssl|certs)(?:/|$)"
    r"|cacert\.pem$|cert\.pem$|/pyvenv\.cfg$|\.egg-info|\.dist-info"
)
# Where hubs keep what they have downloaded, by the words of the path.
CACHES = re.compile(
    r"/\.cache/(?:huggingface/(?:hub|transformers|datasets|diffusers)|torch|transformers|clip|whisper|modelscope|tfhub)/"
    r"|/nltk_data(?:/|$)"
    r"|/\.keras/(?:datasets|models)/|/\.(?:torch|EasyOCR|paddleocr|insightface|u2net|deepface|fastai|stanza_resources|flair|gensim-data)(?:/|$)"
    r"|/(?:gensim-data|stanza_resources|tfhub_modules|scikit_learn_data|huggingface/hub)(?:/|$)"
)


def is_cache(path: str) -> bool:
    """True for a file in the download cache of a model hub or data package; notes on the cache itself left out."""
    clean = path.replace("\\", "/")
    return bool(CACHES.search(clean)) and not clean.endswith(("/version.txt", "/token", ".lock", "/CACHEDIR.TAG"))


def is_foreign(opened: Opened) -> bool:
    """True for a file that own code read from somewhere that does not travel into the image."""
    path = opened.path.replace("\\", "/")
    return (
        opened.mode == "read"
        and opened.found
        and opened.place == "elsewhere"
        and opened.at is not None
        and not STANDARD.search(path)
    )


def place_of(opened: Opened) -> tuple[str, int] | None:
    """The line from which a file was touched: what several files of one loop have in common."""
    frame: Frame | None = opened.at
    return (frame.path, frame.line) if frame else None
