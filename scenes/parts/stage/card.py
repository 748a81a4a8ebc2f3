"""Cards before and after a clip, as mobjects."""

from scenes.parts.paint.canvas import Canvas
from scenes.parts.paint.card import paint_card
from scenes.parts.paint.theme import THEME, Theme
from scenes.parts.stage.painted import Painted


class Card(Painted):
    """Fills the frame with a title and, below it, a remark."""

    opaque = True

    def __init__(self, title: str, remark: str = "", theme: Theme = THEME) -> None:
        super().__init__()
        self.title = title
        self.remark = remark
        self.theme = theme

    def paint(self, canvas: Canvas) -> None:
        """Paint the whole frame."""
        paint_card(canvas, self.title, self.remark, self.theme)
