"""unspiral film: render a clip of any recorded run."""

import shutil
from pathlib import Path

import click

from engine.commands.options import folder_for, look, looks, manims
from engine.errors import UnspiralError, printable


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("run")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[MANIM'S FLAGS]")
@looks
@click.option("-o", "--output", help="The clip's name, or a file: talks/grow.mp4.  [default: the run's name]")
@click.option("--from", "start", type=float, help="Epoch to begin with.  [default: the first]")
@click.option("--to", "stop", type=float, help="Epoch to end with; before --from: backwards.  [default: the last]")
@click.option("--seconds", type=float, default=20.0, show_default=True, help="Of motion; pauses come on top.")
@click.option("--hold", "holds", multiple=True, metavar="EPOCH=SECONDS", help="Pause there; each pause ends a section.")
@click.option("--cues", type=click.Path(path_type=Path), help="Labels (.txt), .csv or .srt: which epoch when.")
@click.option("--sound", type=click.Path(path_type=Path), help="The recording of --cues: the film lasts as long.")
@click.option("--show", default="", metavar="NAMES", help="Series and metrics side by side: codes,digits,loss.")
@click.option("--label", default="", metavar="NAME", help="Of several labels a point, the one to show.")
@click.option("--held-out", is_flag=True, help="Show the points kept from training, too.")
@click.option("--upright", type=float, metavar="EPOCH", help="Turn the embedding to align with the input there.")
def command(
    run: str,
    flags: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    output: str | None,
    start: float | None,
    stop: float | None,
    seconds: float,
    holds: tuple[str, ...],
    cues: Path | None,
    sound: Path | None,
    label: str,
    upright: float | None,
    held_out: bool,
    show: str,
) -> None:
    """Render RUN, a run file or a recipe (recorded now, if it was not), as scenes/replay.py does:

    unspiral film my.safetensors --to 500 --hold 250=3 -ql

    --show lays out what was recorded side by side; `unspiral show RUN` lists it. With --cues the film is at each epoch
    when the file says so, a section a cue; what a label says is a caption. With --sound it lasts as long as
    that. The clip's path is printed; further flags are Manim's.
    """
    from engine.deliver.sound import cued
    from engine.films.replay import Replaying, parse_hold, parse_names
    from engine.library import called, run_of
    from engine.render.child import PROJECT
    from engine.render.launch import film
    from engine.runs.run import Run

    asked = look(quality, size, fps, theme)
    replaying = Replaying(
        run_of(run), start, stop, seconds, dict(map(parse_hold, holds)), upright, cues, sound, parse_names(show),
        held_out, label,
    )  # fmt: skip
    if sound and not cues:
        raise UnspiralError("--sound goes with --cues: labels that say at which epoch the recording is when")
    if cues:
        cued(cues, sound).within(replaying.film())  # whatever is wrong is said before Manim starts
    else:
        replaying.beats(replaying.film())
    if remark := Run.load(replaying.run).unfinished:
        click.echo(printable(f"{replaying.run}: {remark}"), err=True)
    if Path("manim.cfg").is_file() and not {"-c", "--config_file"} & set(flags) and Path.cwd() != PROJECT:
        click.echo("this folder's manim.cfg is left out; if it is yours, name it with --config_file", err=True)
    wanted = Path(output) if output else None
    file = wanted is not None and wanted.suffix in (".mp4", ".mov", ".webm", ".gif", ".png")
    name = called(run) if wanted is None else wanted.stem if file else wanted.name
    made = film(replaying, name, [*flags, *manims(quality, size, fps)], asked.environment())
    if wanted and file:
        made = placed(made, wanted)
    click.echo(made)
    if {"-p", "--preview"} & set(flags):
        click.launch(str(made))


def placed(made: Path, wanted: Path) -> Path:
    """A copy of what was made, where it was asked for, with the suffix of what it is; whole, or not at all."""
    from engine.files.making import write_whole

    wanted = wanted.with_suffix(made.suffix)
    folder_for(wanted)
    write_whole(wanted, lambda unfinished: shutil.copyfile(made, unfinished))
    return wanted
