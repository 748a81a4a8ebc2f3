"""Cards before and after a clip, as mobjects."""

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.card import paint_card
from scenes.parts.paint.theme import Theme
from scenes.parts.stage.painted import Painted


class Card(Painted):
    """Fills the frame with a title and, below it, a remark."""

    opaque = True

    def __init__(self, title: str, remark: str = "", theme: Theme | None = None) -> None:
        super().__init__(theme=theme)
        self.title = title
        self.remark = remark

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        paint_card(canvas, self.title, self.remark, self.theme)
