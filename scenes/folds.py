"""Where the positive parts fold the input plane: few large pieces, or so many that it looks smooth."""

from engine import FIVE_SPIRALS, THREE_SPIRALS_NARROW, Labelled, Together, eased, exponential, record
from engine.films.folds import carrying, folding, zooming
from scenes.parts import FilmScene, Panels, Replay, paint_patchwork


class Folds(FilmScene):
    def construct(self):
        runs = [record(recipe) for recipe in (THREE_SPIRALS_NARROW, FIVE_SPIRALS)]
        networks = [run.at(run.epochs[-1]) for run in runs]
        data = [Labelled(run.data.x[::8], run.data.y[::8]) for run in runs]  # an eighth: the pieces are the picture
        narrow, wide = (folding(network, some) for network, some in zip(networks, data))
        look = {"paint_plane": paint_patchwork, "theme": self.theme}
        look |= {"below": ("folds", "pieces"), "key": ("point", "piece")}
        self.next_section("narrow")  # a positive unit folds the plane; later folds bend where they meet earlier ones
        panels = Panels([narrow(0)], ["4 layers of 2 units"], **look)
        self.add(panels)
        self.play(Replay(panels, Together((narrow,)), 0, narrow.last, rate_func=eased(), run_time=8))
        self.wait(1)
        last = wide(wide.last).readings
        says = f"{last['folds']:.0f} of {wide.last:.0f} units fold what is seen here: {last['pieces']:,.0f} pieces."
        self.next_section("wide", says=says)
        beside = Panels([narrow(narrow.last), wide(0)], ["4 layers of 2 units", "1 layer of 100 units"], **look)
        self.remove(panels).add(beside)
        self.play(Replay(beside[1], wide, 0, wide.last, rate_func=eased(), run_time=8))
        self.wait(1)
        self.next_section("zoom")  # the boundary looks smooth; from near, it is straight through every piece
        zoom, carried = (make(networks[1], data[1]) for make in (zooming, carrying))
        look |= {"below": ("pieces", "magnified"), "key": ("point", "region", "piece")}
        near = Panels([zoom(0)], ["the input plane and its answers"], **look)
        self.remove(beside).add(near)
        self.play(Replay(near[0], zoom, 0, 1, rate_func=eased(), run_time=8))
        self.wait(1)
        self.play(Replay(near[0], zoom, 1, 0, rate_func=eased(), run_time=3))
        self.next_section("carry")  # the same pieces on their way to the embedding: an affine map each
        panels = Panels([carried(0)], ["from the input to the embedding"], **look)
        self.remove(near).add(panels)
        self.play(Replay(panels[0], carried, 0, 1, rate_func=eased(exponential(4)), run_time=7))
        self.wait(2)
