"""Which server, and as whom: kubeconfig files as kubectl reads them, handed to the official client.

What the client leaves out is added here: the first `current-context` of several files counts, `proxy-url`, `as`,
exec plugins whose failure is told, variables for proxies of the server's own scheme.
"""

import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from doctor.cluster.plugins import Credential, run_plugin
from doctor.errors import CannotExamine
from doctor.near import hint

SHOWN = 8  # names of contexts in a message
LISTS = ("clusters", "contexts", "users")


@dataclass(frozen=True)
class Settings:
    """A server and how to speak to it. `configuration` is the official client's; `said_by` names the source of it all,
    for messages. `login` is what a person does to log in again.
    """

    configuration: Any
    address: str
    namespace: str = "default"
    said_by: str = ""
    proxy: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    login: str = "log in again, or ask for a new kubeconfig"
    tls: ssl.SSLContext | None = None
    """None for a server without TLS."""
    certificate: bytes = b""
    """The client's certificate, to tell whether it has expired."""


@dataclass(frozen=True)
class _Chosen:
    """A context with what it names."""

    name: str
    context: Mapping[str, Any]
    cluster: Mapping[str, Any]
    user: Mapping[str, Any]
    folder: Path
    """Where the user's entry stands: relative commands start there."""


def settings_of(kubeconfig: Path | None, context: str | None, seconds: float) -> Settings:
    """The settings of a kubeconfig, or of the pod that doctor runs in. `seconds`: for a login plugin.

    Raises CannotExamine with place and remedy.
    """
    paths = _paths(kubeconfig)
    documents = {path: _document(path) for path in paths}
    documents = {path: document for path, document in documents.items() if document}
    if not any(document.get(name) for document in documents.values() for name in LISTS):
        return _in_cluster(context) or _nothing(kubeconfig, paths)
    chosen = _choose(documents, context)
    return _loaded(documents, chosen, seconds)


def contexts_of(kubeconfig: Path | None) -> list[str]:
    """The names of all contexts, none where the files cannot be read."""
    try:
        documents = [_document(path) for path in _paths(kubeconfig)]
    except CannotExamine:
        return []
    return list(dict.fromkeys(str(one["name"]) for document in documents for one in _entries(document, "contexts")))


def current_context(kubeconfig: Path | None) -> str:
    """The name of the current context; empty where there is none, or the files cannot be read."""
    try:
        documents = [_document(path) for path in _paths(kubeconfig)]
    except CannotExamine:
        return ""
    return next((str(one["current-context"]) for one in documents if one.get("current-context")), "")


def _paths(kubeconfig: Path | None) -> list[Path]:
    """The files that count: missing ones of the variable are passed over, as kubectl does."""
    if kubeconfig is not None:
        if not _is_there(kubeconfig.expanduser()):
            raise CannotExamine(f"the kubeconfig {kubeconfig} is not there; check the path")
        return [kubeconfig.expanduser()]
    named = [Path(one).expanduser() for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    return [path for path in named or [_home()] if _is_there(path)]


def _is_there(path: Path) -> bool:
    """True, too, for what lies in a folder that may not be looked into: reading it tells so."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _home() -> Path:
    return Path.home() / ".kube" / "config"


def _document(path: Path) -> dict[str, Any]:
    """One file, with its lists proved to be lists of named mappings."""
    import yaml  # type: ignore[import-untyped]

    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise CannotExamine(
            f"the kubeconfig {path}{line} cannot be read: {problem}; kubectl config view tells the same"
        ) from None
    except IsADirectoryError:
        raise CannotExamine(f"the kubeconfig {path} is a folder; give the file in it") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise CannotExamine(f"the kubeconfig {path} cannot be read: {reason}; check the file") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CannotExamine(f"the kubeconfig {path} holds no mapping with clusters, contexts and users; check the file")
    for name in LISTS:
        entries = found.get(name) or []
        if not isinstance(entries, list) or any(not isinstance(one, dict) or "name" not in one for one in entries):
            raise CannotExamine(f"the kubeconfig {path}: `{name}` is no list of named entries; check the file")
    return found


def _entries(document: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    yield from document.get(name) or ()


def _find(documents: Mapping[Path, Mapping[str, Any]], kind: str, name: str) -> tuple[Path, dict[str, Any]] | None:
    """The first entry of that name, with its file."""
    one = kind.removesuffix("s")
    return next(
        (
            (path, dict(entry.get(one) or {}))
            for path, document in documents.items()
            for entry in _entries(document, kind)
            if entry["name"] == name
        ),
        None,
    )


def _choose(documents: Mapping[Path, Mapping[str, Any]], wanted: str | None) -> _Chosen:
    """The context that is meant, with its cluster and user."""
    names = [str(one["name"]) for document in documents.values() for one in _entries(document, "contexts")]
    files = ", ".join(map(str, documents))
    name = wanted or next((str(one["current-context"]) for one in documents.values() if one.get("current-context")), "")
    there = f"there are {', '.join(names[:SHOWN])}" if names else "it holds no context"
    if not name:
        raise CannotExamine(f"the kubeconfig {files} names no current context; give one with --context ({there})")
    found = _find(documents, "contexts", name)
    if found is None:
        source = "" if wanted else ", which is its current context,"
        raise CannotExamine(f"no context `{name}`{source} in {files}{hint(name, names)}; {there}")
    context = found[1]
    cluster = _find(documents, "clusters", str(context.get("cluster", "")))
    if cluster is None or not cluster[1].get("server"):
        what = "does not have" if cluster is None else "gives no server for"
        raise CannotExamine(
            f"context `{name}` names the cluster `{context.get('cluster', '')}`, which {files} {what}; "
            "fetch the kubeconfig again"
        )
    user_name = str(context.get("user") or "")
    user = _find(documents, "users", user_name)
    if user_name and user is None:
        raise CannotExamine(
            f"context `{name}` names the user `{user_name}`, which {files} does not have; fetch the kubeconfig again"
        )
    path, entry = user or (cluster[0], {})
    return _Chosen(name, context, cluster[1], entry, path.absolute().parent)


def _loaded(documents: Mapping[Path, Mapping[str, Any]], chosen: _Chosen, seconds: float) -> Settings:
    """The context in the official client's configuration."""
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

    place = f"context `{chosen.name}`"
    said_by = f"{place} of {', '.join(map(str, documents))}"
    merged = KubeConfigMerger(os.pathsep.join(map(str, documents))).config
    user = _without_plugin(merged, chosen, seconds)
    configuration = Configuration()
    with TemporaryDirectory(prefix="doctor-login-") as folder:  # the client wants certificates and keys in files
        try:
            # Without a base of their own, relative paths begin where the file stands that holds them.
            loader = KubeConfigLoader(merged, active_context=chosen.name, config_base_path=None, temp_file_path=folder)
            loader.load_and_set(configuration)
        except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotExamine(f"{said_by} cannot be used: {_words(error)}; fetch the kubeconfig again") from None
        tls = _tls(configuration, said_by)
        certificate = _bytes_of(configuration.cert_file)
    address = str(configuration.host)
    return Settings(
        configuration=configuration,
        address=address,
        namespace=str(chosen.context.get("namespace") or "default"),
        said_by=said_by,
        proxy=_proxy(str(chosen.cluster.get("proxy-url") or ""), address),
        headers=_impersonation(chosen.user),
        login=_login(user, place),
        tls=tls,
        certificate=certificate,
    )


def _without_plugin(merged: Any, chosen: _Chosen, seconds: float) -> Mapping[str, Any]:
    """The user's entry; what an exec plugin hands out is put in its place, for the client hides why one failed."""
    entry = next((one for one in merged.value["users"] if one["name"] == chosen.context.get("user")), None)
    if entry is None:
        return {}
    node = entry["user"] if entry.safe_get("user") else None
    if node is None:
        return {}
    user: dict[str, Any] = node.value
    plugin = user.get("exec")
    provider = user.get("auth-provider")
    if isinstance(provider, Mapping) and provider.get("name") == "azure" and not user.get("token"):
        token = (provider.get("config") or {}).get("access-token")
        if not token:
            raise CannotExamine(
                f"the user `{entry['name']}` of context `{chosen.name}` logs in by auth-provider azure, which no "
                "client has any more; run kubelogin convert-kubeconfig -l azurecli"
            )
        user["token"] = token
        del user["auth-provider"]
    elif isinstance(plugin, Mapping) and not user.get("token") and not user.get("tokenFile"):
        credential = run_plugin(plugin, dict(chosen.cluster), chosen.folder, str(entry["name"]), seconds)
        node.value.update(_as_entry(credential))
        del user["exec"]
        return {**user, "exec": plugin}
    return user


def _as_entry(credential: Credential) -> dict[str, str]:
    import base64

    found = {"token": credential.token} if credential.token else {}
    if credential.certificate:
        found["client-certificate-data"] = base64.b64encode(credential.certificate.encode()).decode()
        found["client-key-data"] = base64.b64encode(credential.key.encode()).decode()
    return found


def _impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers of an entry that acts as somebody else (`as`, `as-groups`)."""
    if not user.get("as"):
        return ()
    return (
        ("Impersonate-User", str(user["as"])),
        *(("Impersonate-Group", str(group)) for group in user.get("as-groups") or ()),
    )


def _login(user: Mapping[str, Any], place: str) -> str:
    """How a person logs in again, told from how they logged in before."""
    plugin = user.get("exec")
    if isinstance(plugin, Mapping):
        command = Path(str(plugin.get("command", ""))).name
        known = {
            "kubelogin": "az login",
            "aws": "aws sso login",
            "aws-iam-authenticator": "aws sso login",
            "gke-gcloud-auth-plugin": "gcloud auth login",
            "doctl": "doctl auth init",
            "oc": "oc login",
        }
        return f"log in again ({known.get(command, command)})"
    provider = user.get("auth-provider")
    if isinstance(provider, Mapping):
        return f"log in again at {provider.get('name')}"
    if user.get("client-certificate-data") or user.get("client-certificate"):
        return "fetch a kubeconfig with a new certificate (for AKS: az aks get-credentials)"
    if user:
        return "fetch a kubeconfig with a new token"
    return f"{place} names no user: fetch a kubeconfig with one"


def _in_cluster(context: str | None) -> Settings | None:
    """The pod's own account; None outside of a cluster."""
    if context is not None or not os.environ.get("KUBERNETES_SERVICE_HOST"):
        return None
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException, load_incluster_config
    from kubernetes.config.incluster_config import SERVICE_TOKEN_FILENAME

    configuration = Configuration()
    try:
        load_incluster_config(client_configuration=configuration)
    except (ConfigException, OSError) as error:
        raise CannotExamine(
            f"doctor runs in a cluster, but the pod's account cannot be used: {_words(error)}; "
            "set automountServiceAccountToken, or give a --kubeconfig"
        ) from None
    beside = Path(SERVICE_TOKEN_FILENAME).parent / "namespace"
    namespace = beside.read_text("utf-8").strip() if beside.is_file() else "default"
    return Settings(
        configuration=configuration,
        address=str(configuration.host),
        namespace=namespace or "default",
        said_by="the service account of this pod",
        proxy=_proxy("", str(configuration.host)),
        tls=_tls(configuration, "the service account of this pod"),
        login="the token of this pod's account is not accepted: see whether the account is still there",
    )


def _nothing(kubeconfig: Path | None, paths: Sequence[Path]) -> Settings:
    """Raises: there is nothing that names a server."""
    if paths:
        files = ", ".join(map(str, paths))
        raise CannotExamine(f"the kubeconfig {files} holds no context; fetch it again, or set KUBECONFIG to another")
    looked = os.environ.get("KUBECONFIG") or str(kubeconfig or _home())
    raise CannotExamine(
        f"no kubeconfig: looked for {looked}; give one with --kubeconfig, set KUBECONFIG, or fetch it from the "
        "cluster's provider (for AKS: az aks get-credentials -g <group> -n <cluster>)"
    )


def _proxy(given: str, address: str) -> str | None:
    """The proxy of a cluster's entry, else that of the variables for the server's scheme; None for a direct way."""
    if given:
        return given
    from urllib.request import getproxies_environment

    from requests.utils import should_bypass_proxies

    proxies = getproxies_environment()
    proxy = proxies.get(urlsplit(address).scheme)
    if not proxy or should_bypass_proxies(address, no_proxy=proxies.get("no", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _tls(configuration: Any, said_by: str) -> ssl.SSLContext | None:
    """How the server is believed, and what it is shown; None for a server without TLS."""
    if not str(configuration.host).startswith("https"):
        return None
    what = "certificate-authority"
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # authorities of clusters often lack what it asks for
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if configuration.cert_file:
            what = "client-certificate and client-key"
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise CannotExamine(f"the {what} of {said_by} cannot be used: {reason}; fetch the kubeconfig again") from None
    return context


def _bytes_of(path: str | None) -> bytes:
    return Path(path).read_bytes() if path else b""


def _words(error: BaseException) -> str:
    """The library's words on one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__
