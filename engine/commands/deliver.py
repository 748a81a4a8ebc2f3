"""unspiral deliver: a scene in the formats that slides, editors and recordings want."""

from pathlib import Path

import click

from engine.deliver.targets import TARGETS

NAMING = """The whole clip is named scene-target; each section is a file of its own in the folder of that name. Captions
(.srt, .vtt) lie beside it where the scene says something."""


@click.command(epilog="\b\n" + "\n".join(f"{n:12} {t.describes}" for n, t in TARGETS.items()) + "\n\n" + NAMING)
@click.argument("scenes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--for", "targets", multiple=True, required=True, help="What to make; several: --for slides gif.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=".", help="The folder to put it into.")
@click.option("--size", default="full", show_default=True, help="full, 4k, hd, low, square, vertical or 1280x720.")
@click.option("--fps", default=60.0, show_default=True, help="Frames a second.")
@click.option("--theme", default="", help="dark, light or your own TOML file.")
@click.option("--transparent", is_flag=True, help="Frames and posters on nothing, for laying over something else.")
@click.option("--sound", type=click.Path(path_type=Path), help="A WAV or MP3 to put onto the clip.")
@click.option("--force", is_flag=True, help="Replace files and folders that are there.")
def command(
    scenes: tuple[Path, ...],
    targets: tuple[str, ...],
    output: Path,
    size: str,
    fps: float,
    theme: str,
    transparent: bool,
    sound: Path | None,
    force: bool,
) -> None:
    """Render SCENES once and make them into what is asked for with --for."""
    from engine.deliver.delivery import deliver
    from engine.deliver.rendering import Rendering
    from engine.render.launch import parse_size

    rendering = Rendering(*parse_size(size), fps=fps, theme=theme)
    also = [path for path in scenes if str(path) in TARGETS and not path.exists()]  # --for web gif
    asked = [name for given in (*targets, *map(str, also)) for name in given.split(",")]
    made = deliver(
        [path for path in scenes if path not in also],
        asked,
        output,
        rendering,
        transparent=transparent,
        sound=sound,
        force=force,
        say=lambda remark: click.echo(remark, err=True),
    )
    for path in made:
        click.echo(path)
