"""unspiral deliver: make a scene into files for slides, editors and recordings."""

from pathlib import Path

import click

from engine.commands.options import look, looks
from engine.deliver.targets import TARGETS

NAMING = """The whole clip is named scene-target; each section is a file of its own in the folder of that name. Captions
(.srt, .vtt) lie beside it where the scene says something."""


@click.command(epilog="\b\n" + "\n".join(f"{n:12} {t.describes}" for n, t in TARGETS.items()) + "\n\n" + NAMING)
@click.argument("scenes", nargs=-1, required=True, metavar="SCENES...")
@click.option("--for", "targets", multiple=True, required=True, help="What to make; several: --for slides gif.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=".",
    help="The folder to put it into; made if it is not there.",
)
@looks
@click.option("--transparent", is_flag=True, help="Frames and posters on nothing, for laying over something else.")
@click.option("--sound", type=click.Path(path_type=Path), help="A WAV or MP3 to put onto the clip.")
@click.option("--lang", "language", default="en", show_default=True, help="Language of its words: en, de, zh …")
@click.option("--force", is_flag=True, help="Replace files and folders that are there.")
def command(
    scenes: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    targets: tuple[str, ...],
    output: Path,
    transparent: bool,
    sound: Path | None,
    language: str,
    force: bool,
) -> None:
    """Render SCENES (files, my.py:Second, or names like embedding) once, and make of them what --for asks for."""
    from engine.deliver.delivery import deliver
    from engine.deliver.rendering import Rendering

    rendering = Rendering(*look(quality, size, fps, theme))
    also = [scene for scene in scenes if scene in TARGETS and not Path(scene).exists()]  # --for web gif
    asked = [name for given in (*targets, *also) for name in given.split(",")]
    made = deliver(
        [scene for scene in scenes if scene not in also],
        asked,
        output,
        rendering,
        transparent=transparent,
        sound=sound,
        language=language,
        force=force,
        say=lambda remark: click.echo(remark, err=True),
    )
    for path in made:
        click.echo(path)
