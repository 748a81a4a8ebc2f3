"""Writing frames to video: true colours, no copies, files that are whole as soon as they have their name."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import manim
from av import error
from manim.scene.scene_file_writer import SceneFileWriter
from manim.scene.section import Section
from manim.utils.sounds import get_full_sound_file_path
from PIL import Image

from engine import UnspiralError
from engine.deliver.captions import Line, as_srt, disjoint
from engine.deliver.gif import write_gif
from engine.deliver.packets import measured
from engine.deliver.sound import Sounding, checked, duration, mixed
from engine.deliver.video import frames, join, straight
from engine.files.making import Making, write_whole
from engine.memory import set_limits
from engine.render.told import Begun
from scenes.parts.paint.canvas import Pixels
from scenes.parts.stage.ahead import SPARE
from scenes.parts.stage.encoder import Pool, SegmentEncoder, check_alike, said


class Played(NamedTuple):
    """A play, in frames since the scene began."""

    first: int
    frames: int


class FilmWriter(SceneFileWriter):
    """Manim's file writer with our encoder, and movies whose every frame, word and sound is where it belongs."""

    def __init__(self, settings: Any) -> None:
        set_limits()
        self.pool, self._turn = Pool(), Lock()
        self.plays: list[Played] = []
        self.wanted: frozenset[int] | None = None
        """The plays to write, if they are not cached; nothing is joined then. None: all."""
        self.begun: Begun | None = None
        """What others draw of the scene meanwhile, if they do."""
        self.joined = False
        """Whether the movie has been joined."""
        self.coming: int | None = None
        """Frames of the next play; None: as many as it takes until something happens."""
        self._shared: dict[int, Section] = {}
        """Plays of one frame that end a section's video but are not in the movie: the next section begins with it."""
        self.remarks: list[str] = []
        """What a lecturer should know about the movie, a line each."""
        self._sounds: list[Sounding] = []
        self._spans: list[tuple[float, float]] = []
        """What is being joined: from … to in seconds since the scene began."""
        super().__init__(replace(settings, plan=_named(settings.plan)))

    @property
    def lengths(self) -> list[int]:
        """Frames of each play."""
        return [play.frames for play in self.plays]

    @property
    def sounds(self) -> tuple[Sounding, ...]:
        """What is heard, in seconds of the scene."""
        return tuple(self._sounds)

    def remark(self, sentence: str) -> None:
        """Say what a lecturer should know about the movie, if anything."""
        if sentence:
            self.remarks.append(sentence)
            print(sentence, file=sys.stderr)

    def played(self, first: int, frames: int) -> None:
        """A play is over that began `first` frames after the scene, and lasted so many."""
        self.plays.append(Played(first, frames))

    def is_already_cached(self, hash_invocation: str) -> bool:
        """Whether the next play need not be drawn."""
        if self.wanted is not None and len(self.partial_movie_files) not in self.wanted:
            return True
        if self.video_encoder is None:  # pictures have no segments
            return super().is_already_cached(hash_invocation)
        segment = self.output_plan.segment_path(hash_invocation)
        if super().is_already_cached(hash_invocation) and self.whole(segment, self.coming):
            return True
        return self.begun is not None and not self.begun.take(segment)

    def whole(self, segment: Path, frames: int | None) -> bool:
        """Whether a segment in the cache can be opened and has so many frames (None: any); else it is drawn again."""
        assert self.video_encoder is not None
        try:
            count = measured(segment, self.video_encoder.frame_rate).frames
        except (error.FFmpegError, IndexError, OSError):
            return False
        return count == (frames or count) and count > 0

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Take a frame that is shown `repeat` times; Manim writes one picture however long a wait is."""
        if self.output_spec.is_image_sequence:
            for _ in range(repeat):
                self.output_image(Image.fromarray(pixels))
        else:
            super().write_frame(self._converted_meanwhile(pixels), repeat=repeat)

    def _converted_meanwhile(self, pixels: Pixels) -> Any:
        """A frame that has to wait for the encoder is converted here: it is smaller, and the encoder has less to do."""
        job: Any = self._current_encode_job
        SPARE.now = job is not None and job.queue.empty() and not job.encoder.busy
        if job is None or job.failed or job.queue.empty():
            return pixels
        return job.encoder.converted(pixels)

    def share_next(self) -> None:
        """The next play is the frame that the next section begins with: this section's video ends with it too."""
        self._shared[len(self.partial_movie_files)] = self.sections[-1]

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Begin a section. Its file's name is cut where file systems would refuse it; its number keeps it apart."""
        super().next_section(name, type_, skip_animations)
        section: Any = self.sections[-1]
        section.beat = ""
        if section.video is not None:
            section.video = _short(section.video)

    def add_sound(  # type: ignore[override]
        self,
        sound_file: Any,
        time: float | None = None,
        gain: float | None = None,
        gain_to_background: float | None = None,
    ) -> None:
        """Keep a sound for the movie and its sections. `time` in seconds of the scene; None: after those before."""
        try:
            file = get_full_sound_file_path(sound_file, self.settings.assets_dir)
        except OSError:
            raise UnspiralError(f"there is no sound file {sound_file}") from None
        if time is None:
            time = max((sound.start + duration(sound.file) for sound in self._sounds), default=0.0)
        self._sounds.append(checked(Sounding(file, time, gain or 0.0, gain_to_background or 0.0)))

    def combine_to_movie(self) -> None:
        """Join all segments, each frame once."""
        every, self._spans = self.partial_movie_files, self._movie()
        self.partial_movie_files = [file for play, file in enumerate(every) if play not in self._shared]
        if self._sounds and self.output_spec.is_gif:
            self.remark("a GIF carries no sound: what the scene adds is left out")
        try:
            super().combine_to_movie()
        finally:
            self.partial_movie_files = every

    def combine_to_section_videos(self) -> None:
        """Join each section's segments, and list the sections with their words in clip time.

        The list says how many frames at a section's end the next one begins with.
        """
        assert self.video_encoder is not None
        self.finish_last_section()
        rate = self.video_encoder.frame_rate
        lines, listed, after, begun = self._lines(), [], 0, 0
        for section in self.sections:
            plays = range(after, after + len(section.partial_movie_files))
            after = plays.stop
            if section.video is None:
                continue
            self._spans = self._seconds(plays)
            self.combine_files(section.get_clean_partial_movie_files(), self.sections_output_dir / section.video)
            shared = sum(section is sharing for sharing in self._shared.values())
            ended = begun + sum(self.plays[play].frames for play in plays if self._kept(play)) - shared
            listed.append(section.get_dict(self.sections_output_dir) | {"shared_frames": shared})
            listed[-1] |= _words(lines, section, float(begun / rate), float(ended / rate))
            begun = ended
        index = self.output_plan.section_index
        assert index is not None
        text = json.dumps(listed, indent=4, ensure_ascii=False)
        write_whole(index, lambda path: path.write_text(text, encoding="utf-8"))

    def write_subcaption_file(self) -> None:
        """Write what is said beside the movie, one caption at a time, none longer than the movie; or nothing."""
        file = self.output_plan.subcaption_file
        if self.output_spec.is_video and file is not None:
            lines = disjoint(self._lines(), self._duration())
            if lines:
                file.write_text(as_srt(lines), encoding="utf-8")
            else:
                file.unlink(missing_ok=True)  # of an earlier rendering, which said something

    def finish(self) -> None:
        """Wait for the encoders; join segments into a movie and its sections, unless only some were wanted."""
        if self.begun is not None:
            self.join_all_encode_jobs()
        if self.wanted is None and self._all_there():
            for section in self.sections:
                if not section.get_clean_partial_movie_files():
                    section.video = None  # with -n, whole sections may be left out
            super().finish()
            self.joined = True
            if not self.subcaptions:
                self.write_subcaption_file()
        else:
            self.join_all_encode_jobs()

    def _all_there(self) -> bool:
        """Whether nobody is drawing any more of the scene."""
        return self.begun is None or all(Path(file).exists() for file in self.partial_movie_files if file is not None)

    def _create_segment_encoder(self, target: Path) -> Any:
        assert self.video_encoder is not None
        return SegmentEncoder(target=target, spec=self.video_encoder, pool=self.pool, turn=self._turn)

    def combine_files(
        self, input_files: list[str], output_file: Path, create_gif: bool = False, includes_sound: bool = False
    ) -> None:
        """Join segments, with what is heard of the scene's sounds in them, into a movie that is whole at once."""
        assert self.video_encoder is not None
        segments, rate = [Path(file) for file in input_files], self.video_encoder.frame_rate
        with said(output_file):
            output_file.parent.mkdir(parents=True, exist_ok=True)
            making = Making(output_file)
            try:
                if create_gif:
                    write_gif(making.path, lambda: _shown(segments), rate=rate)
                else:
                    check_alike(segments, self.video_encoder)
                    sound = (mixed(self._sounds, self._spans), _SOUND[output_file.suffix]) if self._sounds else None
                    comment = f"Rendered with Manim Community v{manim.__version__}"
                    join(segments, making.path, rate, sound=sound, comment=comment)
                making.finish()
            finally:
                making.abort()

    def _kept(self, play: int) -> bool:
        """Whether a play is in the clip."""
        return self.partial_movie_files[play] is not None

    def _seconds(self, plays: Iterable[int]) -> list[tuple[float, float]]:
        """From … to, in seconds since the scene began, of these plays as far as they are in the clip."""
        assert self.video_encoder is not None
        spans: list[tuple[int, int]] = []
        for first, count in (self.plays[play] for play in plays if self._kept(play)):
            if spans and spans[-1][1] == first:
                spans[-1] = spans[-1][0], first + count
            else:
                spans.append((first, first + count))
        rate = self.video_encoder.frame_rate
        return [(float(first / rate), float(end / rate)) for first, end in spans]

    def _movie(self) -> list[tuple[float, float]]:
        """The spans that the movie shows."""
        return self._seconds(play for play in range(len(self.plays)) if play not in self._shared)

    def _duration(self) -> float:
        return sum(end - start for start, end in self._movie())

    def _lines(self) -> list[Line]:
        """All that is said, in seconds of the movie: what is left out of it is not said, or shorter."""
        lines = []
        begun = 0.0
        for start, end in self._movie():
            for words in self.subcaptions:
                first, last = max(words.start.total_seconds(), start), min(words.end.total_seconds(), end)
                if first < last:
                    lines.append(Line(begun + first - start, begun + last - start, words.content))
            begun += end - start
        return lines


_SOUND = {".mp4": "aac", ".mov": "pcm_s16le", ".webm": "libopus"}
"""How sound is coded in each kind of movie."""


def _shown(segments: Sequence[Path]) -> Iterator[Pixels]:
    """The frames of segments one after the other: RGB, or straight RGBA."""
    for segment in segments:
        for pixels in frames(segment):
            yield straight(pixels) if pixels.shape[2] == 4 else pixels


def _words(lines: Sequence[Line], section: Any, start: float, end: float) -> dict[str, Any]:
    """What is said in a section: captions (start, end, text), and the texts one by one."""
    heard = [line for line in lines if start - 1e-6 <= line.start < end - 1e-6]
    if not heard and section.beat:
        heard = [Line(start, end, section.beat)]
    apart = [line for line in disjoint(lines, float("inf")) if start - 1e-6 <= line.start < end - 1e-6]
    return {"words": apart or heard, "notes": list(dict.fromkeys(line.text.strip() for line in heard))}


def _named(plan: Any) -> Any:
    """The plan with names that are not cut at a dot: run-lr0.01 and run-lr0.001 have sections of their own."""
    if plan.primary_artifact is None or plan.section_index is None:
        return plan
    stem = plan.primary_artifact.name.removesuffix(plan.output.artifact_extension)
    return replace(plan, output_stem=stem, section_index=plan.section_index.with_name(f"{stem}.json"))


def _short(name: str, most: int = 150) -> str:
    """A file's name of at most `most` bytes, with its ending."""
    stem, dot, suffix = name.rpartition(".")
    return stem.encode()[:most].decode(errors="ignore").rstrip("-_") + dot + suffix
