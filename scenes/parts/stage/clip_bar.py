"""One bar for a whole clip, where Manim has one for every animation."""

import sys
from collections.abc import Iterable, Iterator

from manim import config
from tqdm import tqdm


class ClipBar:
    """Counts a clip's frames as they are drawn: "Embedding, grow: 340 frames". How many there will be nobody knows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.section = ""
        self._bar: tqdm | None = None

    def counting(self, times: Iterable[float]) -> Iterator[float]:
        """The times of a play's frames, counted as they are taken."""
        for time in times:
            yield time
            self._shown().update()

    def begin_section(self, name: str) -> None:
        """Say from now on which section is being drawn."""
        self.section = name
        if self._bar is not None:
            self._bar.set_description_str(self._words(), refresh=False)

    def close(self) -> None:
        """The clip is done; the bar stays only if Manim's settings say so."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _shown(self) -> tqdm:
        if self._bar is None:
            how = str(config.progress_bar)
            plain = sys.platform == "win32"
            words = self._words()
            self._bar = tqdm(desc=words, unit=" frames", leave=how == "leave", ascii=plain, disable=how == "none")
        return self._bar

    def _words(self) -> str:
        return f"{self.name}, {self.section}" if self.section else self.name
