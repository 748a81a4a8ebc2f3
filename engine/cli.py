"""The `unspiral` command: one line for a mistake, a module for each subcommand.

A subcommand is a module `engine/commands/NAME.py` (a dash becomes an underscore). The first line of its docstring says
its name and what `unspiral --help` prints of it, and it holds one click command named `command`::

    \"\"\"unspiral NAME: draw one moment of a run.\"\"\"

    @click.command()
    @click.argument("run")
    def command(run: str) -> None:
        \"\"\"Say what `unspiral NAME --help` prints.\"\"\"

A module is imported only when its command is called, so that the others do not pay for it; what costs time (torch,
rich tables, PyAV) is imported inside the function all the same. Raise `UnspiralError` for every mistake of the user:
it becomes one line on standard error and exit code 2. Results go to standard output (`click.echo`), progress and
remarks to standard error. Call what needs manim or scenes as a subprocess of `sys.executable`: engine imports neither.
"""

import importlib
import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import click

from engine.errors import UnspiralError, printable, unknown
from engine.memory import set_limits


@cache
def commands() -> dict[str, str]:
    """Every subcommand and the line that describes it, as first lines of modules have them: none is imported."""
    found = {}
    for module in sorted((Path(__file__).parent / "commands").glob("*.py")):
        name = module.stem.replace("_", "-")
        with module.open(encoding="utf-8") as source:
            _, called, does = source.readline().strip().strip('"').partition(f"unspiral {name}: ")
        if called:
            found[name] = does[:1].upper() + does[1:]
    return found


class Commands(click.Group):
    """A group whose subcommands are imported when called, and whose mistakes are one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the alphabet."""
        return list(commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported now."""
        if cmd_name not in commands():
            return None
        return importlib.import_module(f"engine.commands.{cmd_name.replace('-', '_')}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command called, or say which name is nearest."""
        if args and args[0] not in commands() and not args[0].startswith("-"):
            raise unknown("command", args[0], commands())
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them without importing a module."""
        with formatter.section("Commands"):
            formatter.write_dl(list(commands().items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run the command and leave: 0 done, 2 the user's mistake, 130 Ctrl-C, 1 nobody reads the output."""
        set_limits()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal without × or ▁ prints ? for it
        for given in sys.argv[1:] if args is None else args:
            if not _is_name(given):
                _leave(f"unspiral: {printable(given)!r} holds characters that no name has")
        extra["standalone_mode"] = False
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _remark
                code = super().main(args, *rest, **extra)
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else "unspiral"
            _leave(f"{where}: {error.format_message()} (try: {where} --help)")
        except click.ClickException as error:
            _leave(f"unspiral: {error.format_message()}")
        except UnspiralError as error:
            _leave(f"unspiral: {error}")
        except (KeyboardInterrupt, click.Abort):
            sys.exit(130)
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            _leave(f"unspiral: cannot read or write{where}: {error.strerror or error}")
        except MemoryError:
            _leave("unspiral: there is not enough memory for this; give fewer points, epochs or units")
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Click would take a file that ends too early for Ctrl-D, and say nothing of it."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise UnspiralError(_cut_short(error)) from None


def _is_name(text: str) -> bool:
    """Whether it could be a file's name, as far as its characters go."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _cut_short(error: EOFError) -> str:
    """What to do about a file that ends too early."""
    if "marshal" not in str(error):
        return f"a file ends too early: {error}"
    return (
        "Python's bytecode was cut short, as by a full disk: delete the folders called __pycache__ in "
        f"{Path(__file__).parents[1]} and {sys.prefix}"
    )


LONGEST = 290
"""Characters of a line that says what is wrong: names and paths in it may be longer than anybody reads."""


def _leave(message: str) -> NoReturn:
    """Print one line on standard error, exit with 2."""
    with suppress(OSError):  # nowhere to say it
        click.echo(printable(message, LONGEST), err=True)
    _forget(sys.stdout)
    _forget(sys.stderr)
    sys.exit(2)


def _forget(stream: Any) -> None:
    """What a stream could not write stays in it, and Python would try again in the end, and exit with 120."""
    try:
        stream.flush()
    except (AttributeError, OSError):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _remark(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """Our own warnings as a lecturer sees them: what they say, without where they were raised."""
    if issubclass(category, UserWarning):
        click.echo(printable(str(message), LONGEST), err=True)


@click.group(
    "unspiral", cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="unspiral", message="%(package)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Films of small networks that learn, for lectures.

    A recipe says what to learn; a run is what was recorded of it; scenes turn runs into clips.

    \b
    Names complete in the shell after: eval "$(_UNSPIRAL_COMPLETE=bash_source unspiral)" (zsh_source in zsh)
    """  # noqa: D301  # \b keeps click from filling the line
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
