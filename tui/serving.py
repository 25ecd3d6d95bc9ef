"""`doctor tui --browser`: the same screens in a browser of this machine, each page a process of its own.

What is served can run scripts and edit files. So it listens on the loopback address only, and answers only whoever
has the key of the address that is told in the terminal: no other user of the machine, and no other page of the browser.
"""

import asyncio
import contextlib
import secrets
import shlex
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp_jinja2
import psutil
from aiohttp import web
from textual_serve.server import Server

from doctor.errors import ConfigError

HOST = "127.0.0.1"
NAMES = frozenset({HOST, "localhost"})
PATIENCE = 8.0
"""Seconds that the processes of open pages have for ending what they do."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data: blob:; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(words: Sequence[str], port: int, told: Callable[[str], None]) -> None:
    """Serve `doctor tui WORDS` until Ctrl-C. Raises ConfigError where the port cannot be used; 0 is any free one."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise ConfigError(f"port {port} cannot be used: {error.strerror}; name another with --port") from error
        asyncio.run(_Served(words, listening, told).run())


class _Served(Server):
    """The pages, their processes, and who may see them."""

    def __init__(self, words: Sequence[str], listening: socket.socket, told: Callable[[str], None]) -> None:
        command = [sys.executable, "-P", "-m", "doctor", "tui", "--served", *words]  # -P: no doctor.py of this folder
        self._listening, self._told = listening, told
        super().__init__(f"exec {shlex.join(command)}", HOST, listening.getsockname()[1], "doctor")
        self._key = secrets.token_urlsafe(16)
        self._cookie = f"doctor-{self.port}"
        self._pages: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Serve until a signal says that it is enough, and leave nothing running."""
        enough = asyncio.Event()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with contextlib.suppress(AttributeError, NotImplementedError):  # of other systems
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), enough.set)
        app = await self._make_app()
        app.middlewares.append(self._guarded)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listening).start()
            self._told(f"{self.public_url}/?key={self._key}")
            await enough.wait()
        finally:
            await self._end_pages()
            await runner.cleanup()

    async def _end_pages(self) -> None:
        for page in self._pages:
            page.cancel()
        if self._pages:
            await asyncio.wait(self._pages, timeout=PATIENCE)
        for left in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                left.kill()

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who has the key. A page of another site can neither guess it nor send the cookie."""
        own = f"http://{request.host}"
        if request.url.host not in NAMES or request.headers.get("Origin", own) != own:
            raise web.HTTPForbidden(text="doctor answers pages of its own only", headers=HEADERS)
        if request.path == "/" and secrets.compare_digest(request.query.get("key", "").encode(), self._key.encode()):
            found = web.HTTPFound("/", headers=HEADERS)  # the key leaves the address line
            found.set_cookie(self._cookie, self._key, httponly=True, samesite="Strict")
            raise found
        if not secrets.compare_digest(request.cookies.get(self._cookie, "").encode(), self._key.encode()):
            raise web.HTTPForbidden(text="open the address that doctor told in the terminal", headers=HEADERS)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        if isinstance(response, web.Response) and request.path == "/" and response.text:
            head = f"<head><title>{self.title}</title>"  # which the page of textual-serve has not
            response.text = response.text.replace("<head>", head, 1)
        return response

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page, its addresses relative to how it was asked for: a forwarded port works."""
        return {
            "font_size": 16,
            "app_websocket_url": f"ws://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "application": {"name": self.title},
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A page begins its process, which ends with it."""
        page = asyncio.current_task()
        assert page is not None
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the address is told once it answers."""
