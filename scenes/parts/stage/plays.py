"""Which plays may be entered anywhere: those whose frames depend on how the play began and on the time, on no more."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from manim import Animation, AnimationGroup, Mobject, Scene, Succession, Wait

from scenes.parts.stage.replay import Replay

_PURE = frozenset(
    f"manim.animation.{name}"
    for name in ("animation", "composition", "creation", "fading", "growing", "indication", "movement", "rotation",
                 "specialized", "transform", "transform_matching_parts")
)  # fmt: skip
"""Modules of Manim whose animations are functions of alpha."""
_STEPPED = frozenset(("PhaseFlow", "TypeWithCursor", "UntypeWithCursor"))
"""… but for these, which go on from what they showed before."""


def enterable(scene: Scene) -> bool:
    """Whether any frame of the play that has begun can be reached in one step from its beginning."""
    animations = scene.animations or []
    if scene.updaters or scene.always_update_mobjects or scene.stop_condition is not None:
        return False
    if not all(map(_pure, animations)) or not _apart(animations):
        return False
    return not any(member.updaters for mobject in _shown(scene) for member in mobject.get_family())


def _shown(scene: Scene) -> Iterator[Mobject]:
    yield from scene.mobjects
    yield from scene.foreground_mobjects
    for animation in _flat(scene.animations or []):
        for mobject in animation.get_all_mobjects():
            if mobject is not None:
                yield mobject  # type: ignore[misc]


def _flat(animations: Iterable[Any]) -> Iterator[Any]:
    """The animations, groups taken apart."""
    for animation in animations:
        if isinstance(animation, AnimationGroup):
            yield from _flat(animation.animations)
        else:
            yield animation


def _pure(animation: Animation) -> bool:
    if isinstance(animation, Replay | Wait):
        return True
    kind = type(animation)
    if isinstance(animation, AnimationGroup):
        return kind.__module__ in _PURE and all(map(_pure, animation.animations))
    return kind.__module__ in _PURE and kind.__name__ not in _STEPPED


def _apart(animations: Iterable[Any]) -> bool:
    """Whether no two animations that may overlap change one mobject: what is seen would depend on their order."""
    animations = list(animations)
    for animation in animations:
        in_turn = isinstance(animation, Succession)
        if isinstance(animation, AnimationGroup) and not in_turn and not _apart(animation.animations):
            return False
    if len(animations) == 1:
        return True
    changed = [{id(m) for one in _flat([a]) if one.mobject is not None for m in one.mobject.get_family()}
               for a in animations]  # fmt: skip
    return all(not (a & b) for a, b in combinations(changed, 2))


def described(animations: list[Any]) -> str:
    """What a play is, in a few words: the playheads of a film, or Manim's names."""
    words = []
    for animation in animations:
        if isinstance(animation, Replay):
            words.append(" → ".join(_short(animation.playhead(alpha)) for alpha in (0, 1)))
        elif isinstance(animation, Wait):
            words.append("wait")
        else:
            words.append(str(animation).partition("(")[0])
    return ", ".join(dict.fromkeys(words))


def _short(playhead: float) -> str:
    return f"{playhead:.0f}" if abs(playhead) >= 100 else f"{playhead:.3g}"


def cues(animations: list[Any], rate: float) -> tuple[int, ...]:
    """At which frames of a play its replays' cues lie."""
    found: set[int] = set()
    for animation in animations:
        if isinstance(animation, Replay) and animation.cues is not None:
            whole = animation.cues.frames(rate)
            first, last, _ = (0, whole, whole) if animation.span == (0, 1, 1) else animation.span
            found.update(
                number - first for time in animation.cues.times if first <= (number := round(time * rate)) < last
            )
    return tuple(sorted(found))
