"""unspiral deck: make scenes into a presentation, a slide for each section."""

from pathlib import Path

import click

from engine.commands.options import folder_for, look, looks


@click.command()
@click.argument("scenes", nargs=-1, required=True, metavar="SCENES...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The deck: .pptx, .html or .pdf.")
@looks
@click.option("--title", default="", help="The deck's title.  [default: the first scene's]")
@click.option("--lang", "language", default="en", show_default=True, help="Language of its words: en, de, zh-Hans …")
@click.option("--live", multiple=True, metavar="RUN", help="A run as a slide to touch, at the end; of an .html deck.")
@click.option("--force", is_flag=True, help="Replace the deck that is there.")
def command(
    scenes: tuple[str, ...],
    quality: str | None,
    size: str | None,
    fps: float | None,
    theme: str,
    output: Path,
    title: str,
    language: str,
    live: tuple[str, ...],
    force: bool,
) -> None:
    """Make a deck of SCENES (files, my.py:Second, or names like embedding), a slide for each of their sections:

    unspiral deck scenes/embedding.py scenes/warping.py -o lecture20.pptx

    A .pptx plays each clip when its slide is shown. An .html is one file for any browser that needs no network: → plays
    the next section, ← shows the end of the one before, R plays backwards, L loops, P pauses, N shows notes, S opens
    the speaker's window, C shows captions, ? all keys; its clips are as good as 60 MB allow. --live adds a slide with
    a training itself: press inside to touch it, Esc to leave it. A .pdf has the stills. Notes are the scenes' own
    words.
    """
    from engine.deliver.deck import write_deck
    from engine.deliver.rendering import Rendering
    from engine.library import called, find_run
    from engine.runs.run import Run

    if fps is None and quality is None and output.suffix.lower() == ".html":
        fps = 30  # to be carried
    asked = look(quality, size, fps, theme)
    folder_for(output)
    rendering = Rendering(*asked)
    runs = [(called(run), Run.load(find_run(run))) for run in live]
    count = write_deck(
        scenes,
        output,
        rendering,
        title=title,
        language=language,
        force=force,
        live=runs,
        say=lambda remark: click.echo(f"{output.name}: {remark}", err=True),
    )
    click.echo(f"{count} slides, {output.stat().st_size / 1e6:.1f} MB: {output}")
