"""Rendering a scene in this process, small, and decoding what was written."""

import json
from pathlib import Path

import av
import numpy as np
from manim import Scene, tempconfig
from numpy.typing import NDArray


def rendered(scene_class: type[Scene], folder: Path, frame_rate: int = 4) -> dict[str, NDArray[np.uint8]]:
    """Each section's first, middle and last frame, by its name: (3, 270, 480, 3), RGB."""
    small = {"pixel_width": 480, "pixel_height": 270, "frame_rate": frame_rate, "media_dir": str(folder)}
    with tempconfig({**small, "progress_bar": "none", "disable_caching": True}):
        scene_class().render()
    (described,) = folder.rglob("sections/*.json")
    sections = {}
    for section in json.loads(described.read_text()):
        with av.open(str(described.with_name(section["video"]))) as video:
            frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        sections[section["name"]] = np.stack([frames[0], frames[len(frames) // 2], frames[-1]])
    return sections
