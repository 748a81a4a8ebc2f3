"""All dimensions of f themselves: a tour through the features while the network learns, ending on the embedding."""

from engine import FIVE_SPIRALS, eased, record
from engine.films.feature_tour import touring
from scenes.parts import FilmScene, Replay
from scenes.parts.pictures.feature_tour import TourPicture


class FeatureTour(FilmScene):
    def construct(self):
        film = touring(record(FIVE_SPIRALS))  # playhead: stops; a plane of f turns from one to the next
        picture = TourPicture(film(0), self.theme)
        self.next_section("untrained")  # random positive parts: f is the crumpled input plane
        self.add(picture)
        self.wait(3)
        says = f"{len(film(0).rays)} axes, all at right angles; training goes on while the plane turns."
        self.next_section("learning", says=says)
        self.play(Replay(picture, film, 0, 2, rate_func=eased(), run_time=10))
        self.wait(1)
        self.play(Replay(picture, film, 2, 4, rate_func=eased(), run_time=10))
        self.wait(1)
        self.next_section("class vectors")  # the plane in which the class vectors lie, pulled back to f
        self.play(Replay(picture, film, 4, 5, rate_func=eased(), run_time=5))
        self.wait(1)
        self.next_section("embedding")  # it is the embedding's own: only stretched, and shifted by the bias
        self.play(Replay(picture, film, 5, 6, rate_func=eased(), run_time=3))
        self.wait(2)
