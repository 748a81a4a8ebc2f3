"""Who may see a scene that is being written: the page itself, on this machine, and nobody else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from engine.errors import UnspiralError
from engine.preview import server
from engine.preview.server import Server
from engine.preview.studio import State


class Idle:
    """A studio in which nothing is drawn."""

    def __init__(self) -> None:
        self.job = SimpleNamespace(file="scene.py")
        self.viewers: list[Any] = []
        self.wanted: list[int] = []

    def message(self) -> dict[str, Any]:
        return {"kind": "state", "phase": State().phase}

    def want(self, viewer: Any, frame: int, *, aside: bool) -> None:
        self.wanted.append(frame)
        viewer.show(1, frame, 2, 1, b"12345678")


def visited(visit: Callable[[Server, aiohttp.ClientSession], Awaitable[Any]]) -> Any:
    """What a visit to a server of an idle studio comes to."""

    async def run() -> Any:
        server: Any = Server([Idle()], "preview")  # type: ignore[list-item]
        runner = await server.start()
        try:
            async with aiohttp.ClientSession() as session:
                return await visit(server, session)
        finally:
            await server.close_sockets()
            await runner.cleanup()

    return asyncio.run(run())


def test_the_page_and_what_it_is_made_of_are_served_and_nothing_outside_is_named() -> None:
    async def visit(server: Server, session: aiohttp.ClientSession) -> None:
        for name in ("", "page.js", "page.css", "link.js", "clock.js", "timeline.js", "sound.js", "notes.html"):
            async with session.get(server.address + name) as answer:
                text = await answer.text()
                assert answer.status == 200 and text and "http://" not in text and "https://" not in text
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
                assert answer.headers["Referrer-Policy"] == "no-referrer"

    visited(visit)


@pytest.mark.parametrize(
    "headers",
    (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},  # a name that was made to lead here
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},  # another port of this machine
    ),
)
def test_other_sites_are_refused(headers: dict[str, str]) -> None:
    async def visit(server: Server, session: aiohttp.ClientSession) -> None:
        for name in ("", "page.js", "socket/0"):
            async with session.get(server.address + name, headers=headers) as answer:
                assert answer.status == 403

    visited(visit)


@pytest.mark.parametrize("path", ("/", "/x/", "/x/socket/0", "/../page.js", "/x/page.js"))
def test_without_the_secret_nothing_is_served(path: str) -> None:
    async def visit(server: Server, session: aiohttp.ClientSession) -> None:
        root = server.address.replace(f"/{server.secret}/", "")
        async with session.get(root + path) as answer:
            assert answer.status in (403, 404) and "unspiral" not in await answer.text()

    visited(visit)


def test_a_socket_is_opened_for_the_page_alone() -> None:
    async def visit(server: Server, session: aiohttp.ClientSession) -> None:
        address = server.address.replace("http", "ws", 1) + "socket/0"
        own = server.address.split("/" + server.secret)[0]
        for origin in ("http://evil.example", own.replace("127.0.0.1", "127.0.0.2"), own + "1", ""):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address, headers={"Origin": origin} if origin else {})
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address.replace(server.secret, "x" * 32), headers={"Origin": own})
        async with session.ws_connect(address, headers={"Origin": own}) as socket:
            assert (await socket.receive_json())["kind"] == "state"
            for nonsense in ("", "[]", "{", '{"ask": "frame"}', '{"ask": "frame", "frame": "1"}', '"' * 900):
                await socket.send_str(nonsense)
            await socket.send_str('{"ask": "frame", "frame": 7}')
            head = await socket.receive_bytes(timeout=10)
            assert len(head) == 16 and head[4] == 7 and await socket.receive_bytes() == b"12345678"

    visited(visit)


def test_it_listens_on_the_loopback_alone_and_says_when_a_port_is_taken() -> None:
    async def visit(server: Server, session: aiohttp.ClientSession) -> None:
        assert server.address.startswith("http://127.0.0.1:") and len(server.secret) >= 32
        second: Any = Server([Idle()], "preview", server.port)  # type: ignore[list-item]
        with pytest.raises(UnspiralError, match=f"port {server.port} of this machine is taken; leave --port out"):
            await second.start()

    visited(visit)


def test_a_save_that_nobody_told_of_is_seen_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, other, saves = tmp_path / "scene.py", tmp_path / "other.py", []

    async def silent(*_: Any, **__: Any) -> AsyncIterator[set[Any]]:
        """Of a disk that tells nothing."""
        for save in (lambda: scene.write_text("two"), lambda: None, scene.unlink, lambda: other.write_text("new")):
            save()
            yield set()
        await asyncio.sleep(60)

    async def run() -> None:
        scene.write_text("one two")
        studio: Any = SimpleNamespace(
            files=frozenset({scene, other}), files_changed=asyncio.Event(), saved=saves.append
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.watch(studio), 0.2)

    monkeypatch.setattr(server, "awatch", silent)
    asyncio.run(run())
    assert saves == [{scene}, {scene}, {other}]
