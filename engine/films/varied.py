"""What films have in common that show one thing in several ways: the playhead is one of their settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from engine.errors import unknown


@dataclass(frozen=True, eq=False, kw_only=True)
class Varied:
    """A film with one of its `settings` as the playhead, the one called `name`, from `first` to `last`."""

    settings: Mapping[str, Any]
    name: str
    first: float = 0.0
    last: float = 0.0

    def vary(self, name: str, first: float, last: float, **settings: Any) -> Self:
        """The film in which setting `name` goes from `first` to `last`; other `settings` stay as they are given.

        UnspiralError lists the settings if one is not known.
        """
        for given in (name, *settings):
            if given not in self.settings:
                raise unknown("setting", given, self.settings)
        return replace(self, settings={**self.settings, **settings}, name=name, first=first, last=last)

    def set_to(self, playhead: float) -> dict[str, Any]:
        """All settings where the one that varies has the value `playhead`."""
        return {**self.settings, self.name: playhead}
