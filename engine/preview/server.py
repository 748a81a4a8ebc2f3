"""The page's server: on this machine's loopback only, for who has the secret in its address, for no other site."""

import asyncio
import errno
import hmac
import json
import re
import secrets
import signal
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from watchfiles import awatch

from engine.errors import UnspiralError
from engine.preview.studio import Studio, Viewer

HERE = Path(__file__).parent
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
FIRST = {"preview": "page.html", "present": "present.html"}
"""What is served without a name."""
PAGES = {
    "page.html": ("unspiral preview", "page.css", "page.js"),
    "present.html": ("unspiral present", "present.css", "present.js"),
    "notes.html": ("notes – unspiral present", "present.css", "notes.js"),
}
"""Title, style and script of each page, for the head that they have in common; its file holds the body."""
HOST = "127.0.0.1"
LOOKS = 1000
"""Milliseconds after which files are looked at where nothing was told of them."""


class Server:
    """Serves one or several studios, each at its number."""

    def __init__(self, studios: list[Studio], mode: str, port: int = 0, fits: bool = False) -> None:
        self.studios = studios
        self.mode = mode
        self.fits = fits
        """Whether frames are as large as the screen that they are shown on."""
        self.secret = secrets.token_urlsafe(24)
        self.port = port
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def address(self) -> str:
        """Of the page, the secret in it."""
        return f"http://{HOST}:{self.port}/{self.secret}/"

    async def start(self) -> web.AppRunner:
        """Listen. UnspiralError if the port is taken."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/{secret}/", self._page)
        app.router.add_get("/{secret}/{name:[a-z]+\\.(?:js|css|html)}", self._page)
        app.router.add_get("/{secret}/sound/{number:\\d+}", self._sound)
        app.router.add_get("/{secret}/socket/{number:\\d+}", self._socket)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self.port)
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            reason = "is taken" if error.errno == errno.EADDRINUSE else "cannot be listened on"
            raise UnspiralError(
                f"port {self.port} of this machine {reason}; leave --port out for one that is free"
            ) from None
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return runner

    async def close_sockets(self) -> None:
        """Say goodbye to every page."""
        for socket in [*self._sockets]:
            with suppress(Exception):
                await asyncio.wait_for(socket.close(code=1001, message=b"ended"), 1)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
        """Refuse what does not come from the page itself."""
        hosts = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        origin = request.headers.get("Origin")
        given = request.match_info.get("secret", "")
        if (
            request.headers.get("Host") not in hosts
            or (origin is not None and origin not in {f"http://{host}" for host in hosts})
            or (origin is None and request.headers.get("Upgrade"))
            or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
            or not hmac.compare_digest(given.encode(), self.secret.encode())
        ):
            raise web.HTTPForbidden(text="refused")
        answer = await handler(request)
        return answer

    async def _page(self, request: web.Request) -> web.Response:
        file = HERE / request.match_info.get("name", FIRST[self.mode])
        if not file.is_file() or (file.suffix == ".html" and file.name not in PAGES):
            raise web.HTTPNotFound
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            text = self._whole(file.name, text)
        return web.Response(text=text, content_type=KINDS[file.suffix], charset="utf-8", headers=self._headers())

    def _whole(self, name: str, body: str) -> str:
        """A page: the head that all have, its own body."""
        told = {"fits": self.fits, "scenes": [Path(studio.job.file).stem for studio in self.studios]}
        title, style, script = PAGES[name]
        head = (HERE / "head.html").read_text(encoding="utf-8")
        filled = {"title": title, "style": style, "script": script, "body": body}
        filled |= {"told": json.dumps(told).replace("<", "\\u003c")}
        return re.sub("{{([a-z]+)}}", lambda place: filled[place[1]], head)

    async def _sound(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if number >= len(self.studios) or not self.studios[number].sound:
            raise web.HTTPNotFound
        return web.Response(body=self.studios[number].sound, content_type="audio/wav", headers=self._headers())

    def _headers(self) -> dict[str, str]:
        sockets = f"ws://{HOST}:{self.port} ws://localhost:{self.port}"
        policy = f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {sockets}; "
        return {
            "Content-Security-Policy": policy + "media-src 'self' blob:; img-src 'self' data:; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        number = int(request.match_info["number"])
        if number >= len(self.studios):
            raise web.HTTPNotFound
        studio = self.studios[number]
        socket = web.WebSocketResponse(compress=False, heartbeat=20, max_msg_size=1 << 16)
        await socket.prepare(request)
        self._sockets.add(socket)
        going: asyncio.Queue[Any] = asyncio.Queue()

        def show(ticket: int, frame: int, width: int, height: int, pixels: bytes) -> None:
            going.put_nowait((struct.pack("<4I", ticket, frame, width, height), pixels))

        viewer = Viewer(tell=going.put_nowait, show=show)
        studio.viewers.append(viewer)
        viewer.tell(studio.message())
        sending = asyncio.create_task(_send(socket, going))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    _do(studio, viewer, message.data)
        finally:
            studio.viewers.remove(viewer)
            self._sockets.discard(socket)
            sending.cancel()
        return socket


async def _send(socket: web.WebSocketResponse, going: "asyncio.Queue[Any]") -> None:
    """Send what there is to send: a frame in two messages, the first of which says what it is."""
    with suppress(ConnectionError, RuntimeError):
        while True:
            match await going.get():
                case dict() as told:
                    await socket.send_str(json.dumps(told))
                case (head, pixels):
                    await socket.send_bytes(head)
                    await socket.send_bytes(pixels)


def _do(studio: Studio, viewer: Viewer, text: str) -> None:
    """What a page asks for."""
    try:
        asked = json.loads(text)
    except ValueError:
        return
    match asked:
        case {"ask": "frame", "frame": int(frame)}:
            studio.want(viewer, frame, aside=asked.get("aside") is True)
        case {"ask": "moment", "moment": str(moment)}:
            studio.seek(viewer, moment)
        case {"ask": "size", "width": int(width), "height": int(height)}:
            studio.fit(width, height)
        case {"ask": "stop"}:
            studio.stop()
        case {"ask": "load"}:
            studio.load()


async def watch(studio: Studio) -> None:
    """Load the scene again whenever something that it is made of has been saved.

    What counts is how the files are: a change that nobody was told of, as on a network's disk, is seen a second later.
    """
    known: dict[Path, tuple[int, ...]] = {}
    while True:
        studio.files_changed.clear()
        files = studio.files or frozenset({Path(studio.job.file)})
        known = {file: known.get(file) or _stamp(file) for file in files}
        folders = {file.parent for file in files if file.parent.is_dir()}
        stop = asyncio.Event()
        changing = asyncio.create_task(studio.files_changed.wait())
        changing.add_done_callback(lambda _, stop=stop: stop.set())
        try:
            async for _ in awatch(
                *folders,
                watch_filter=None,
                debounce=60,
                step=15,
                stop_event=stop,
                rust_timeout=LOOKS,
                yield_on_timeout=True,
                recursive=False,
                raise_interrupt=False,
            ):
                now = {file: _stamp(file) for file in files}
                saved = {file for file in files if now[file] != known[file]}
                known = now
                if saved:
                    studio.saved(saved)
        finally:
            changing.cancel()


def _stamp(file: Path) -> tuple[int, ...]:
    """What changes when a file does."""
    try:
        there = file.stat()
    except OSError:
        return (0,)
    return there.st_ino, there.st_mtime_ns, there.st_size


async def serve(server: Server, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C, the end of the terminal, or a request to end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            with suppress(NotImplementedError):  # Windows: Ctrl-C is KeyboardInterrupt
                loop.add_signal_handler(getattr(signal, name), ended.set)
    runner = await server.start()
    for studio in server.studios:
        studio.open()
    watching = [asyncio.create_task(watch(studio)) for studio in server.studios]
    say(server.address)
    try:
        await ended.wait()
    finally:
        for task in watching:
            task.cancel()
        await server.close_sockets()
        for studio in server.studios:
            studio.close()
        await runner.cleanup()
