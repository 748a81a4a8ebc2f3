"""unspiral deck: a presentation with a slide for each section of some scenes."""

from pathlib import Path

import click


@click.command()
@click.argument("scenes", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The deck: .pptx, .html or .pdf.")
@click.option("--title", default="", help="The deck's title.  [default: the first scene's]")
@click.option("--size", default="full", show_default=True, help="full, 4k, hd, low, square, vertical or 1280x720.")
@click.option("--fps", default=60.0, show_default=True, help="Frames a second.")
@click.option("--theme", default="", help="dark, light or your own TOML file.")
@click.option("--force", is_flag=True, help="Replace the deck that is there.")
def command(scenes: tuple[Path, ...], output: Path, title: str, size: str, fps: float, theme: str, force: bool) -> None:
    """Make a deck of SCENES, a slide for each of their sections:

    unspiral deck scenes/embedding.py scenes/warping.py -o lecture20.pptx

    A .pptx plays each clip when its slide is shown. An .html is one file for any browser that needs no network: → plays
    the next section, ← shows the end of the one before, R plays backwards, L loops, P pauses, N shows notes, ? all
    keys. A .pdf has the stills. Notes are the scenes' own words.
    """
    from engine.deliver.deck import write_deck
    from engine.deliver.rendering import Rendering
    from engine.render.launch import parse_size

    count = write_deck(scenes, output, Rendering(*parse_size(size), fps=fps, theme=theme), title=title, force=force)
    click.echo(f"{count} slides: {output}")
