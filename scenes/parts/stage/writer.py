"""Writing frames to video: true colours, no copies, files that are whole as soon as they have their name."""

import json
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import manim
from manim.scene.scene_file_writer import SceneFileWriter
from manim.scene.section import Section
from PIL import Image

from scenes.parts.paint.canvas import Pixels
from scenes.parts.stage.encoder import Pool, SegmentEncoder, beside, return_memory, said


class FilmWriter(SceneFileWriter):
    """Manim's file writer with our encoder, and movies whose every frame is where it belongs."""

    def __init__(self, settings: Any) -> None:
        return_memory()
        self.pool = Pool()
        self.lengths: list[int] = []
        """Frames of each play."""
        self.wanted: frozenset[int] | None = None
        """The plays to write, if they are not cached; nothing is joined then. None: all."""
        self._shared: dict[int, Section] = {}
        """Plays of one frame that end a section's video but are not in the movie: the next section begins with it."""
        super().__init__(settings)

    def is_already_cached(self, hash_invocation: str) -> bool:
        """Whether the next play need not be drawn."""
        if self.wanted is not None and len(self.partial_movie_files) not in self.wanted:
            return True
        return super().is_already_cached(hash_invocation)

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Take a frame that is shown `repeat` times; Manim writes one picture however long a wait is."""
        if self.output_spec.is_image_sequence:
            for _ in range(repeat):
                self.output_image(Image.fromarray(pixels))
        else:
            super().write_frame(pixels, repeat=repeat)

    def share_next(self) -> None:
        """The next play is the frame that the next section begins with: this section's video ends with it too."""
        self._shared[len(self.partial_movie_files)] = self.sections[-1]

    def combine_to_movie(self) -> None:
        """Join all segments, each frame once."""
        every = self.partial_movie_files
        self.partial_movie_files = [file for play, file in enumerate(every) if play not in self._shared]
        try:
            super().combine_to_movie()
        finally:
            self.partial_movie_files = every

    def combine_to_section_videos(self) -> None:
        """Join each section's segments; the list of sections says how many frames at its end the next one has too."""
        super().combine_to_section_videos()
        index = self.output_plan.section_index
        assert index is not None
        listed = json.loads(index.read_text())
        for entry, section in zip(listed, [section for section in self.sections if section.video is not None]):
            entry["shared_frames"] = sum(section is sharing for sharing in self._shared.values())
        index.write_text(json.dumps(listed, indent=4))

    def finish(self) -> None:
        """Wait for the encoders; join segments into a movie and its sections, unless only some were wanted."""
        if self.wanted is None:
            for section in self.sections:
                if not section.get_clean_partial_movie_files():
                    section.video = None  # with -n, whole sections may be left out
            super().finish()
        else:
            self.join_all_encode_jobs()

    def _create_segment_encoder(self, target: Path) -> Any:
        assert self.video_encoder is not None
        return SegmentEncoder(target=target, spec=self.video_encoder, pool=self.pool)

    def combine_files(
        self, input_files: list[str], output_file: Path, create_gif: bool = False, includes_sound: bool = False
    ) -> None:
        """Join segments into a movie that is whole as soon as it has its name."""
        output_file.parent.mkdir(parents=True, exist_ok=True)
        part = beside(output_file)
        try:
            with said(output_file):
                if create_gif:
                    super().combine_files(input_files, part, create_gif, includes_sound)
                else:
                    assert self.video_encoder is not None
                    join([Path(file) for file in input_files], part, self.video_encoder.frame_rate)
                os.replace(part, output_file)
        finally:
            part.unlink(missing_ok=True)


def join(segments: Sequence[Path], movie: Path, rate: Fraction) -> None:
    """Put segments one after the other without encoding anew. Frame n of the movie is shown at n / rate exactly.

    (FFmpeg's concat goes by the durations that files state, in milliseconds: frames creep out of place.)
    """
    late = max((index - shown for segment in segments for _, index, shown in _packets(segment, rate)), default=0)
    options = {"movflags": "+faststart"} if movie.suffix in (".mp4", ".mov") else {}
    with av.open(str(movie), "w", options=options) as target:
        target.metadata["comment"] = f"Rendered with Manim Community v{manim.__version__}"
        stream = None
        begin = 0
        for segment in segments:
            count = 0
            for packet, index, shown in _packets(segment, rate):
                stream = stream or target.add_stream_from_template(packet.stream)
                packet.time_base = 1 / rate
                packet.pts, packet.dts, packet.duration = begin + shown, begin + index - late, 1
                packet.stream = stream
                target.mux(packet)
                count += 1
            begin += count


def _packets(segment: Path, rate: Fraction) -> Iterator[tuple[Any, int, int]]:
    """(packet, its place in the file, which frame it is) of a segment's video."""
    # FFmpeg would decode some frames to open the file: 7 times slower
    with av.open(str(segment), options={"skip_frame": "all"}) as source:
        index = 0
        for packet in source.demux(source.streams.video[0]):
            if packet.pts is not None:
                yield packet, index, round(packet.pts * packet.time_base * rate)
                index += 1
