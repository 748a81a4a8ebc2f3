"""What commands share that show something in the browser: its address."""

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from engine.preview.server import Server


def addressed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --port and --no-open."""
    for option in (
        click.option("--no-open", is_flag=True, help="Say the address, and open no browser."),
        click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the page's address.  [default: any]"),
    ):
        command = option(command)
    return command


def show(server: Callable[[], "Server"], no_open: bool, at: str = "") -> None:
    """Serve what `server` makes until Ctrl-C: say the address, at a moment if one is given, and open it if wanted."""
    import webbrowser
    from urllib.parse import quote

    from engine.preview.server import serve

    def say(address: str) -> None:
        address += f"#{quote(at)}" if at else ""
        click.echo(address)
        sys.stdout.flush()
        if not no_open:
            webbrowser.open(address)

    async def run() -> None:
        await serve(server(), say)  # made where its loop runs

    asyncio.run(run())
