"""The same training for feature vectors of width 2 to 100: narrow beside wide."""

from dataclasses import replace

from engine import FIVE_SPIRALS, eased, pace, training
from engine.films.together import Accuracies, Together, groups
from engine.library import record_many
from engine.numbers import percent
from scenes.parts import FilmScene, Replay
from scenes.parts.pictures.chart import Chart
from scenes.parts.pictures.panels import Panels

WIDTHS, SEEDS = (2, 4, 8, 16, 32, 64, 100), (2, 1, 3, 4, 5)
SPIRALS = replace(FIVE_SPIRALS, parameters={"points": 200})


class Width(FilmScene):
    def construct(self):
        recipes = [replace(SPIRALS, hidden=(width,), seed=seed) for width in WIDTHS for seed in SEEDS]
        runs = record_many(recipes)  # all widths and seeds at the same time
        all_widths = Together(tuple(training(run, lines=9) for run in runs[:: len(SEEDS)]))
        panels = Panels(all_widths(0), [f"width {width}" for width in WIDTHS], theme=self.theme)
        even, last = eased(pace(all_widths.films[-1], 0, SPIRALS.epochs)), SPIRALS.epochs
        self.next_section("start", says=f"{len(WIDTHS)} networks, one recipe: only the width of f differs.")
        self.add(panels)
        self.wait(3.5)
        first, final = (percent(film(last).readings["accuracy"]) for film in all_widths.films[:: len(WIDTHS) - 1])
        says = f"At the end, {first} are right with width {WIDTHS[0]}, and {final} with width {WIDTHS[-1]}."
        self.next_section("train", says=says)
        self.play(Replay(panels, all_widths, 0, last, rate_func=even, run_time=16))
        self.wait(2)
        self.next_section("accuracies", says=f"Not one lucky seed: {len(SEEDS)} for each width.")
        film = Accuracies(tuple(map(str, WIDTHS)), groups(runs, len(SEEDS)), axis="width of f")
        chart = Chart(film(0), self.theme)
        self.remove(panels)
        self.add(chart)
        self.play(Replay(chart, film, 0, last, rate_func=even, run_time=8))
        self.wait(2)
