"""Every delivery target, decoded: codec, tags, pixel format, frame count, colours, alpha."""

import shutil
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from engine import UnspiralError
from engine.cli import main
from engine.deliver import sound as sounding
from engine.deliver.clip import Clip, Line, Section
from engine.deliver.delivery import deliver
from engine.deliver.gif import write_gif
from engine.deliver.rendering import Rendering
from engine.deliver.targets import TARGETS, Work, expected, videos
from engine.deliver.video import Encoder, frames, frames_backwards, join, straight
from engine.render.launch import parse_size

SIZE, RATE = (192, 128), Fraction(30)
GROUND = (13, 17, 23)
PALETTE = [(245, 174, 75), (55, 146, 181), (235, 48, 98), (222, 198, 238), (173, 249, 201), (74, 52, 14)]
HALF = 128
LOSSLESS = {False: Encoder(".mov", "qtrle", "rgb24"), True: Encoder(".mov", "qtrle", "argb")}


def drawn(count: int, first: int, clear: bool) -> list[np.ndarray]:
    """Six flat patches of the palette, and a white square that moves on by a pixel a frame; premultiplied."""
    pictures = []
    for number in range(first, first + count):
        pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
        pixels[...] = (0, 0, 0, 0) if clear else (*GROUND, 255)
        alpha = HALF if clear else 255
        for k, colour in enumerate(PALETTE):
            patch = np.rint(np.array(colour) * alpha / 255)
            pixels[:64, 32 * k : 32 * k + 32] = (*patch, alpha)
        pixels[80:112, number : number + 32] = 255
        pictures.append(pixels if clear else np.ascontiguousarray(pixels[..., :3]))
    return pictures


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Work]:
    """A clip of two sections, 40 and 25 frames, as Manim leaves it when rendered without loss: opaque and clear."""
    works = {}
    for clear in (False, True):
        folder = tmp_path_factory.mktemp("lossless")
        sections = []
        for name, first, count in (("grow", 0, 40), ("fan out", 40, 25)):
            path = folder / f"{name}.mov"
            LOSSLESS[clear].write(path, drawn(count, first, clear), RATE)
            words = (Line(first / 30, (first + count) / 30, f"The points {name}."),)
            sections.append(Section(name, path, first, count, loops=False, words=words))
        clip = Clip("Patches", "Six patches.", folder / "Patches.mov", *SIZE, RATE, tuple(sections))
        works[clear] = Work(clip, lossless=True, transparent=clear, stem=folder)
    return works


@pytest.fixture
def work(works: dict[bool, Work]) -> Work:
    """The opaque clip."""
    return works[False]


def made(work: Work, name: str, folder: Path) -> Path:
    """The stem of what the target made."""
    stem = folder / f"patches-{name}"
    TARGETS[name].make(Work(work.clip, work.lossless, work.transparent, stem))
    return stem


@pytest.mark.parametrize("clear", [False, True])
def test_lossless_frames_come_back_exactly(works: dict[bool, Work], clear: bool) -> None:
    work = works[clear]
    section = work.clip.sections[0]
    expected = drawn(section.frames, 0, work.transparent)
    assert all(np.array_equal(a, b) for a, b in zip(frames(section.video), expected, strict=True))
    backwards = list(frames_backwards(section.video, together=12))
    assert all(np.array_equal(a, b) for a, b in zip(backwards, expected[::-1], strict=True))


def decoded(path: Path) -> tuple[av.VideoStream, list[np.ndarray]]:
    """The stream, and its frames as a BT.709 decoder sees them: RGBA as it stands in the file."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        if path.suffix == ".webm":  # FFmpeg's own VP9 decoder leaves alpha out
            context = av.CodecContext.create("libvpx-vp9", "r")
            images = [f for packet in container.demux(stream) for f in context.decode(packet)]
        else:
            images = list(container.decode(stream))
    return stream, [rgba(image) for image in images]


def rgba(image: av.VideoFrame) -> np.ndarray:
    """BT.709 limited range decoded by the standard's own formula: swscale's fast paths are off by up to 3."""
    planes = []
    for plane, component in zip(image.planes, image.format.components):
        samples = np.frombuffer(bytes(plane), np.uint8 if component.bits == 8 else np.uint16)
        samples = samples.reshape(plane.height, -1)[:, : plane.width] / 2.0 ** (component.bits - 8)
        samples = np.repeat(samples, image.height // plane.height, 0)
        planes.append(np.repeat(samples, image.width // plane.width, 1))
    luma, blue, red = (planes[0] - 16) / 219, (planes[1] - 128) / 224, (planes[2] - 128) / 224
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    alpha = planes[3] / 255 if len(planes) > 3 else np.ones_like(luma)
    return np.rint(255 * np.clip(np.stack([r, g, b, alpha], -1), 0, 1)).astype(np.uint8)


VIDEOS = {
    ("slides", ".mp4"): ("h264", "yuv420p", "avc1"),
    ("web", ".mp4"): ("h264", "yuv420p", "avc1"),
    ("web", ".webm"): ("vp9", "yuv420p", None),
    ("editors", ".mov"): ("prores", "yuv422p10le", "apch"),
    ("overlay", ".mov"): ("prores", "yuva444p12le", "ap4h"),
    ("overlay-small", ".mov"): ("prores", "yuva444p12le", "ap4h"),
    ("web-overlay", ".webm"): ("vp9", "yuva420p", None),
}


@pytest.mark.parametrize("name, suffix", VIDEOS)
def test_videos_are_what_their_target_says(works: dict[bool, Work], tmp_path: Path, name: str, suffix: str) -> None:
    clear = TARGETS[name].alpha == "always"
    stem = made(works[clear], name, tmp_path)
    codec, pixel_format, tag = VIDEOS[name, suffix]
    whole = stem.with_suffix(suffix)
    for path, count, first in (
        (whole, 65, 0),
        (stem / f"01-grow{suffix}", 40, 0),
        (stem / f"02-fan-out{suffix}", 25, 40),
    ):
        stream, shown = decoded(path)
        context = stream.codec_context
        assert context.name.replace("libvpx-", "") == codec
        assert tag is None or context.codec_tag == tag
        with av.open(path) as container:
            assert float(container.duration) / 1e6 == pytest.approx(count / 30, abs=0.5 / 30)
            chapters = [chapter["metadata"]["title"] for chapter in container.chapters()]
            rate, metadata = container.streams.video[0].average_rate, dict(container.streams.video[0].metadata)
        assert chapters == (["grow", "fan out"] if path == whole else [])
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
        assert rate == 30 and (context.width, context.height) == SIZE
        if suffix == ".webm":
            assert metadata.get("ALPHA_MODE") == ("1" if clear else None)
        else:
            assert context.pix_fmt == pixel_format
        assert len(shown) == count
        for image, number in ((shown[0], first), (shown[-1], first + count - 1)):
            for k, colour in enumerate(PALETTE):
                patch = image[16:48, 32 * k + 8 : 32 * k + 24].reshape(-1, 4).astype(int)
                assert np.abs(patch[:, :3] - colour).max() <= 2, (k, patch.mean(0), colour)
                assert np.abs(patch[:, 3] - (HALF if clear else 255)).max() <= 2
            white = image[96, :, :3].min(1) > 200 if not clear else image[96, :, 3] > 200
            assert abs(int(np.flatnonzero(white)[0]) - number) <= 1


def test_an_mp4_can_be_played_before_it_is_read_to_its_end(work: Work, tmp_path: Path) -> None:
    data = made(work, "slides", tmp_path).with_suffix(".mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_gif_loops_and_keeps_flat_colours(work: Work, tmp_path: Path) -> None:
    stem = made(work, "gif", tmp_path)
    for path, seconds in ((stem.with_suffix(".gif"), 65 / 30), (stem / "02-fan-out.gif", 25 / 30)):
        with Image.open(path) as image:
            assert image.info["loop"] == 0 and image.size == SIZE
            spent = 0
            for number in range(image.n_frames):
                image.seek(number)
                spent += image.info["duration"]
                shown = np.asarray(image.convert("RGB")).astype(int)
                for k, colour in enumerate(PALETTE):
                    assert np.abs(shown[32, 32 * k + 16] - colour).max() <= 2
            assert spent / 1000 == pytest.approx(seconds, abs=1.5 / 15)


@pytest.mark.parametrize("clear", [False, True])
def test_frames_are_numbered_pngs_that_end_where_the_section_ends(
    works: dict[bool, Work], tmp_path: Path, clear: bool
) -> None:
    work = works[clear]
    stem = made(work, "frames", tmp_path)
    folders = sorted(stem.iterdir())
    assert [folder.name for folder in folders] == ["01-grow", "02-fan-out"]
    numbered = sorted(folders[0].iterdir())
    assert [path.name for path in numbered] == [f"{k:04}.png" for k in range(20)]
    last = np.asarray(Image.open(numbered[-1])).astype(int)
    white = last[96, :, 3] == 255 if work.transparent else last[96, :, 0] == 255
    assert np.flatnonzero(white)[0] == 39
    alpha = [HALF] if work.transparent else []
    for k, colour in enumerate(PALETTE):
        assert np.abs(last[32, 32 * k + 16] - [*colour, *alpha]).max() <= (1 if work.transparent else 0)


def test_a_poster_is_the_last_frame_of_its_section(work: Work, tmp_path: Path) -> None:
    stem = made(work, "poster", tmp_path)
    for name, last in (("01-grow", 39), ("02-fan-out", 64)):
        assert np.array_equal(np.asarray(Image.open(stem / f"{name}.png")), drawn(1, last, clear=False)[0])


def test_captions_and_timeline_tell_the_same_times(work: Work, tmp_path: Path) -> None:
    stem = made(work, "editors", tmp_path)
    assert "00:00:00,000 --> 00:00:01,333\nThe points grow." in stem.with_suffix(".srt").read_text()
    assert "00:00:01.333 --> 00:00:02.167\nThe points fan out." in stem.with_suffix(".vtt").read_text()
    otio = pytest.importorskip(
        "opentimelineio",
        reason="takes opentimelineio: uv pip install opentimelineio, with a C++ compiler on Python 3.14",
    )
    timeline = otio.adapters.read_from_file(str(stem.with_suffix(".otio")))
    shot = timeline.video_tracks()[0][0]
    assert (tmp_path / shot.media_reference.target_url).is_file()
    assert [marker.name for marker in shot.markers] == ["grow", "fan out"]
    assert shot.markers[1].marked_range.start_time == otio.opentime.RationalTime(40, 30)
    assert timeline.duration().to_seconds() == pytest.approx(65 / 30)


def test_colours_under_clear_pixels_are_those_around_them() -> None:
    pixels = np.zeros((64, 96, 4), np.uint8)
    pixels[10:20, 10:20] = (120, 60, 30, 128)
    filled = straight(pixels)
    assert np.array_equal(filled[..., 3], pixels[..., 3])
    assert (filled[:24, :24, :3] == np.array([239, 120, 60])).all()


def wav(path: Path, seconds: float) -> Path:
    """A tone of 440 Hz."""
    samples = (8000 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 44100)) / 44100)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 44100, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("name, suffix", [("slides", ".mp4"), ("web", ".webm"), ("editors", ".mov")])
def test_sound_lies_on_the_clip_and_ends_with_it(work: Work, tmp_path: Path, name: str, suffix: str) -> None:
    spoken = wav(tmp_path / "spoken.wav", 9.0)
    assert sounding.duration(spoken) == pytest.approx(9.0, abs=0.001)
    stem = tmp_path / f"patches-{name}"
    TARGETS[name].make(Work(work.clip, True, False, stem, spoken, 9.0))
    for path, seconds in ((stem.with_suffix(suffix), 65 / 30), (stem / f"02-fan-out{suffix}", 25 / 30)):
        with av.open(path) as container:
            heard = sum(f.samples / f.sample_rate for f in container.decode(audio=0))
        assert heard == pytest.approx(seconds, abs=0.03)


def test_mistakes_are_said_before_anything_is_rendered(tmp_path: Path) -> None:
    scene = tmp_path / "patches.py"
    scene.write_text("")
    (tmp_path / "patches-slides.mp4").write_text("dear to me")

    def said(**changes: Any) -> str:
        arguments: dict[str, Any] = {"targets": ["slides"], "folder": tmp_path, "rendering": Rendering()} | changes
        with pytest.raises(UnspiralError) as caught:
            list(deliver([scene], **arguments))
        return str(caught.value)

    assert "slides, editors, overlay" in said(targets=["vhs"])
    assert "slides cannot be transparent" in said(transparent=True)
    assert "is a file; name a folder" in said(folder=scene)
    assert "--force" in said()
    assert "no sound file" in said(sound=tmp_path / "nothing.wav")
    assert "cannot be read as sound" in said(sound=scene)
    with pytest.raises(UnspiralError, match="1280x720"):
        parse_size("large")
    assert (tmp_path / "patches-slides.mp4").read_text() == "dear to me"


@pytest.mark.parametrize("name, suffix", [("overlay", ".mov"), ("overlay-small", ".mov"), ("web-overlay", ".webm")])
def test_white_lines_on_nothing_leave_no_dark_fringe_on_white(tmp_path: Path, name: str, suffix: str) -> None:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    alpha = 255 * np.clip(1.5 - np.abs(0.3 * x - y + 40) / 2, 0, 1) * 0.8
    pixels = np.repeat(np.rint(alpha).astype(np.uint8)[..., None], 4, axis=2)
    path = tmp_path / "line.mov"
    LOSSLESS[True].write(path, [pixels] * 3, RATE)
    clip = Clip("Line", "A line.", path, *SIZE, RATE, (Section("line", path, 0, 3, loops=False),))
    TARGETS[name].make(Work(clip, True, True, tmp_path / f"line-{name}"))
    _, shown = decoded(tmp_path / f"line-{name}{suffix}")
    colour, opacity = shown[1][..., :3].astype(float), shown[1][..., 3:] / 255
    assert (colour * opacity + 255 * (1 - opacity)).min() >= 250
    assert np.abs(255 * opacity[..., 0] - alpha).max() <= 12


def test_how_large_an_overlay_will_be_is_said_beforehand_and_the_small_one_is_smaller(
    works: dict[bool, Work], tmp_path: Path
) -> None:
    sizes = {}
    for name in ("overlay", "overlay-small"):
        encoder = TARGETS[name].intra
        assert encoder is not None
        size = made(works[True], name, tmp_path).with_suffix(".mov").stat().st_size
        assert expected(works[True], encoder) == pytest.approx(size, rel=0.15)
        sizes[name] = size
    assert sizes["overlay-small"] < 0.8 * sizes["overlay"]


REFUSED = [
    (["scene.py", "--for", "slidse"], "unknown target 'slidse'; did you mean slides"),
    (
        ["scene.py", "--for", "vhs"],
        "there are: slides, editors, overlay, overlay-small, web, web-overlay, gif, frames, poster",
    ),
    (
        ["scene.py", "--for", "slides", "--transparent"],
        "slides cannot be transparent; these can: overlay, overlay-small, web-overlay",
    ),
    (["scene.py", "--for", "slides", "-o", "scene.py"], "scene.py is a file; name a folder"),
    (["scene.py", "--for", "gif"], "scene-gif.gif exists; replace it with --force"),
    (["scene.py", "--for", "slides", "--size", "huge"], "size 'huge' is neither like 1280x720 nor one of low"),
    (["scene.py", "--for", "slides", "--size", "853x480"], "even numbers"),
    (["scene.py", "--for", "slides", "--theme", "dim"], "theme 'dim' is no TOML file that can be read: No such file"),
    (["scene.py", "--for", "slides", "--theme", "mine.toml"], "did you mean ground"),
    (["scene.py", "--for", "slides", "--sound", "none.wav"], "there is no sound file none.wav"),
    (["scen.py", "--for", "slides"], "there is no scene file scen.py"),
    (["scene.py", "--for", "slides", "--fps", "0"], "from 1 to 240"),
    (["scene.py", "--for", "slides"], "scene.py has nothing to deliver: it plays nothing"),
    (["scene.py"], "--for"),
    (["scene.py", "--for", "poster", "gif"], "scene-gif.gif exists; replace it with --force"),
    (["scene.py", "--for", "poster", "gfi"], "unknown scene 'gfi'; there are: scene.py, "),
]


@pytest.mark.parametrize("arguments, said", REFUSED, ids=[" ".join(arguments) for arguments, _ in REFUSED])
def test_the_command_answers_a_mistake_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scene.py").write_text("from scenes.parts import FilmScene\n\n\nclass Nothing(FilmScene):\n    pass\n")
    Path("scene-gif.gif").write_text("dear to me")
    Path("mine.toml").write_text('grund = "#ffffff"\n')
    result = CliRunner().invoke(main, ["deliver", *arguments])
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.count("\n") == 1 and said in result.stderr and "Traceback" not in result.stderr
    assert Path("scene-gif.gif").read_text() == "dear to me"


def test_sound_longer_than_the_clip_is_said_to_be_cut_off(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sections = tuple(replace(s, video=Path(shutil.copy(s.video, tmp_path))) for s in work.clip.sections)
    monkeypatch.setattr(Rendering, "render", lambda self, scene, own, **how: replace(work.clip, sections=sections))
    said: list[str] = []
    spoken = wav(tmp_path / "spoken.wav", 9.0)
    targets = ["editors", "poster"]
    (scene := tmp_path / "patches.py").write_text("")
    made = deliver([scene], targets, tmp_path, Rendering(), sound=spoken, say=said.append)
    assert {path.suffix for path in made} >= {".mov", ".otio"}
    assert said == ["spoken.wav is 6.8 s longer than the clip; its end is cut off", "poster carries no sound"]


NAMES = ("week1.2 intro", "grün & blau", "run-lr0.01", "run-lr0.001", "n" * 200)


def test_names_with_dots_umlauts_and_lengths_are_kept_whole_and_apart(work: Work, tmp_path: Path) -> None:
    class Rendered(Rendering):
        def render(self, scene: Path, own: Path, *, lossless: bool = False, transparent: bool = False) -> Clip:
            return copied(work.clip, tmp_path / "lossless")

    (tmp_path / "lossless").mkdir()
    scenes = [tmp_path / f"{name}.py" for name in NAMES]
    for scene in scenes:
        scene.touch()
    for force in (False, True):  # the second time it takes away what the first made, and nothing else
        given = {path.name for path in deliver(scenes, ["poster", "gif"], tmp_path, Rendered(), force=force)}
        assert given == {f"{name}{kind}" for name in NAMES for kind in ("-poster", "-gif", "-gif.gif")}
        assert {path.name for path in tmp_path.iterdir() if path.suffix != ".py"} == given | {"lossless"}
    with pytest.raises(UnspiralError, match="exists"):
        list(deliver(scenes, ["gif"], tmp_path, Rendered()))


def test_two_scenes_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "intro.py").touch()
    with pytest.raises(UnspiralError, match="would both become intro-gif"):
        list(deliver([tmp_path / "a/intro.py", tmp_path / "b/intro.py"], ["gif"], tmp_path, Rendering()))


def copied(clip: Clip, folder: Path) -> Clip:
    """The clip with files of its own: delivering clears lossless ones away."""
    sections = [replace(s, video=Path(shutil.copy(s.video, folder / s.video.name))) for s in clip.sections]
    return replace(clip, video=folder / "none.mov", sections=tuple(sections))


RATES = [Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50), Fraction(60)]


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("suffix, codec", [(".mp4", "libx264"), (".mov", "prores_ks"), (".webm", "libvpx-vp9")])
def test_a_joined_video_is_of_constant_rate_for_every_reader(
    rate: Fraction, suffix: str, codec: str, tmp_path: Path, beep: Path
) -> None:
    pixels = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
    options = {"preset": "superfast", "bf": "3"} if codec == "libx264" else {}
    parts = [tmp_path / f"{k}{suffix}" for k in range(3)]
    for k, (part, count) in enumerate(zip(parts, (17, 1, 2))):  # the last ones: frames shared by sections
        pictures = (np.full((64, 96, 3), 7 * (n + 8 * k), np.uint8) for n in range(count))
        Encoder(suffix, codec, pixels, options).write(part, pictures, rate)
    whole = tmp_path / f"whole{suffix}"
    coded = {".mp4": "aac", ".mov": "pcm_s16le", ".webm": "libopus"}[suffix]
    end = float(20 / rate)
    join(parts, whole, rate, sound=(sounding.mixed([sounding.Sounding(beep)], [(0, end)]), coded))
    for ignoring in (False, True):  # as readers do that know no edit lists
        options = {"ignore_editlist": "1"} if ignoring and suffix != ".webm" else {}
        with av.open(whole, options=options) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            assert video.average_rate == video.guessed_rate == rate
            packets = [packet for packet in container.demux(video) if packet.pts is not None]
            tick = video.time_base
            shown = sorted(packet.pts * tick for packet in packets)
            decoded_at = [packet.dts * tick for packet in packets]
            within = tick if suffix == ".webm" else 0  # Matroska counts milliseconds
            assert len(shown) == 20
            for times in (shown, decoded_at):
                assert all(abs(time - times[0] - k / rate) <= within for k, time in enumerate(times))
            if not ignoring:
                assert shown[0] == 0 and (video.start_time or 0) == 0
                assert abs(float((audio.start_time or 0) * audio.time_base)) < 0.001
                if suffix != ".webm":
                    assert video.duration * tick == 20 / rate and video.base_rate == rate


def test_a_transparent_clip_of_a_frame_or_two_is_delivered(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        path = tmp_path / f"{count}.mov"
        LOSSLESS[True].write(path, drawn(count, 0, clear=True), RATE)
        sections = tuple(Section(name, path, k * count, count, loops=False) for k, name in enumerate(("a", "b")))
        clip = Clip("Short", "Short.", path, *SIZE, RATE, sections)
        stem = tmp_path / f"{count}-web-overlay"
        TARGETS["web-overlay"].make(Work(clip, lossless=True, transparent=True, stem=stem))
        for made, frames_ in ((stem.with_name(f"{stem.name}.webm"), 2 * count), (stem / "01-a.webm", count)):
            _, shown = decoded(made)
            assert len(shown) == frames_ and int(shown[0][0, 0, 3]) == pytest.approx(HALF, abs=2)


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60, 120])
def test_a_gif_plays_as_long_as_its_clip_in_browsers_that_clamp_short_delays(rate: int, tmp_path: Path) -> None:
    count = rate * 2
    grey = [np.full((8, 8, 3), 2 * n % 256, np.uint8) for n in range(count)]
    write_gif(tmp_path / "a.gif", lambda: iter(grey), Fraction(rate))
    with Image.open(tmp_path / "a.gif") as gif:
        delays = []
        for frame in range(gif.n_frames):
            gif.seek(frame)
            delays.append(gif.info["duration"])
    assert min(delays) >= 20 and sum(delays) == pytest.approx(2000, abs=40)


def test_a_transparent_gif_has_nothing_where_nothing_was_drawn(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", lambda: map(straight, drawn(5, 0, clear=True)), Fraction(30))
    with Image.open(tmp_path / "a.gif") as gif:
        pixels = np.asarray(gif.convert("RGBA"))
    assert pixels[70, 100, 3] == 0 and pixels[90, 10].tolist() == [255, 255, 255, 255]


@pytest.fixture
def beep(tmp_path: Path) -> Path:
    """A second of a tone in one channel, half as loud as can be."""
    path = tmp_path / "beep.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes((16384 * np.sin(np.arange(44100) / 8)).astype("<i2").tobytes())
    return path


def test_sounds_are_mixed_where_and_as_loud_as_they_are_said_to_be(beep: Path) -> None:
    sounds = [sounding.Sounding(beep), sounding.Sounding(beep, 0.5, gain=-20, under=-6)]
    pieces = list(sounding.mixed(sounds, [(0.25, 1.0), (1.2, 2.0)]))
    assert [piece.pts for piece in pieces] == list(np.cumsum([0, *(piece.samples for piece in pieces[:-1])]))
    samples = np.concatenate([piece.to_ndarray().reshape(-1, 2) for piece in pieces])
    assert len(samples) == round(1.55 * 48000) and (samples[:, 0] == samples[:, 1]).all()

    def loudness(start: float, end: float) -> float:
        return float(np.abs(samples[round(48000 * start) : round(48000 * end)].astype(float)).max()) / 16384

    assert loudness(0.01, 0.24) == pytest.approx(1, abs=0.02)  # alone
    assert 0.39 < loudness(0.26, 0.74) < 0.61  # both, the first quieter
    assert loudness(0.76, 1.0) == pytest.approx(0.1, abs=0.02)  # the second alone
    assert loudness(1.06, 1.54) == 0


@pytest.mark.parametrize("language, code", [("en", "eng"), ("zh-Hans", "zho"), ("gsw", "gsw"), ("xx", "und")])
def test_an_mp4_has_its_words_as_a_track(work: Work, tmp_path: Path, language: str, code: str) -> None:
    stem = tmp_path / "patches-slides"
    encoder = Encoder(".mp4", "libx264", "yuv420p", {"preset": "ultrafast", "bf": "2"})
    videos(encoder)(replace(work, stem=stem, language=language))
    for path, texts, count in (
        (stem.with_suffix(".mp4"), ["The points grow.", "The points fan out."], 65),
        (stem / "02-fan-out.mp4", ["The points fan out."], 25),
    ):
        with av.open(path) as container:
            (track,) = container.streams.subtitles
            assert track.metadata["language"] == code and track.codec_context.name == "mov_text"
            packets = [packet for packet in container.demux(track) if packet.size > 2]
            assert [bytes(packet)[2:].decode() for packet in packets] == texts
            assert packets[0].pts == 0 and container.streams.video[0].frames == count
            assert container.streams.video[0].start_time == 0 and container.streams.video[0].average_rate == RATE
