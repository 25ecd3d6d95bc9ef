"""A real headless browser, driven through its own protocol: what stands on the page, and keys pressed there."""

import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CATCH_TERMINAL = """
Object.defineProperty(Object.prototype, "textarea", {configurable: true, set(value) {
  Object.defineProperty(this, "textarea", {value, writable: true, configurable: true, enumerable: true});
  window.caughtTerminal = this;
}});
"""
READ_TERMINAL = """(() => {
  const buffer = window.caughtTerminal?.buffer;
  const lines = buffer?.lines ?? buffer?.active?.lines;
  if (!lines) return "";
  return Array.from({length: lines.length}, (_, row) => lines.get(row).translateToString(true)).join("\\n");
})()"""


def executable() -> str | None:
    """The browser of this machine, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One page. `requests` are the addresses that it asked for; those that it forbade itself are left out."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=30, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.requests: dict[str, str] = {}

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("method") == "Network.requestWillBeSent":
                self.requests[message["params"]["requestId"]] = message["params"]["request"]["url"]
            if message.get("method") == "Network.loadingFailed" and message["params"].get("blockedReason"):
                self.requests.pop(message["params"]["requestId"], None)
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str) -> None:
        """Go there, the terminal of the page caught as it is made."""
        self.tell("Page.enable")
        self.tell("Network.enable")
        self.tell("Page.addScriptToEvaluateOnNewDocument", source=CATCH_TERMINAL)
        self.tell("Page.navigate", url=url)

    def evaluate(self, code: str) -> Any:
        """The value of an expression."""
        return self.tell("Runtime.evaluate", expression=code, returnByValue=True)["result"].get("value")

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """What stands in the page's terminal, once `text` is there."""
        end = time.monotonic() + seconds
        while text not in (shown := self.evaluate(READ_TERMINAL) or ""):
            assert time.monotonic() < end, f"{text!r} does not come; there is:\n{shown}"
            time.sleep(0.05)
        return shown

    def press(self, key: str) -> None:
        """A printable key, in the terminal."""
        self.evaluate("window.caughtTerminal.textarea.focus()")
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" else {}
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def close(self) -> None:
        """Let the connection go."""
        self._socket.close()


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with a fresh profile in `folder`, ended at last."""
    profile = Path(tempfile.mkdtemp(prefix="profile-", dir=folder))
    found = executable()
    assert found
    command = [found, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    command += ["--disable-background-networking", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    with subprocess.Popen(
        [*command, "--window-size=1200,700", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            port = _port(profile / "DevToolsActivePort")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
                pages = [one for one in json.load(answer) if one["type"] == "page"]
            page = Page(pages[0]["webSocketDebuggerUrl"])
            try:
                yield page
            finally:
                page.close()
        finally:
            process.terminate()
            process.wait(20)


def _port(file: Path) -> str:
    end = time.monotonic() + 60
    while not (file.is_file() and (lines := file.read_text().split())):
        assert time.monotonic() < end, "the browser does not start"
        time.sleep(0.05)
    return lines[0]
