"""The README's pictures show the numbers that the code gives; `python -m tests.gallery` makes them anew.

Those whose runs take long to train are compared by `UNSPIRAL_GALLERY=all pytest tests/test_gallery.py`.
"""

import os
import re

import numpy as np
import pytest

from engine import Run
from engine.library import find_run
from engine.page.write import about_of, page
from tests.gallery import HERE, MOMENTS, PAGES, described, numbers, shown

QUICK = ("class_vectors", "descent", "embedding", "lifting", "linear_classifier", "scores", "unfolding", "warping")


def values(texts: list[str]) -> list[float]:
    plain = " ".join(texts).replace("−", "-").replace(",", "")
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", plain)]


@pytest.mark.parametrize("name", MOMENTS if os.environ.get("UNSPIRAL_GALLERY") == "all" else QUICK)
def test_a_picture_in_the_gallery_shows_what_its_scene_shows(name: str) -> None:
    kept = described(name)
    assert len(kept) == len(MOMENTS[name]), f"assets/gallery/{name}.webp is old: python -m tests.gallery {name}"
    for moment, texts in zip(MOMENTS[name], kept):
        now = values(numbers(shown(name, moment)))
        # another machine's torch rounds otherwise: within 2 %, and a unit of what is counted
        assert np.shape(now) == np.shape(values(texts)) and np.allclose(now, values(texts), rtol=0.02, atol=1.0), (
            f"assets/gallery/{name}.webp shows {texts}: make it anew with python -m tests.gallery {name}"
        )


@pytest.mark.parametrize("name", PAGES)
def test_the_page_that_the_readme_links_shows_its_run(name: str) -> None:
    file = HERE / f"{name}.html"
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"(assets/gallery/{file.name})" in readme and f"`unspiral page {name}`" in readme
    assert file.stat().st_size <= 300_000
    old, new = file.read_text(encoding="utf-8"), page([(name, Run.load(find_run(name)))]).text
    said = f"assets/gallery/{file.name} is old: make it anew with python -m tests.gallery {name}"
    ((kept,), (now,)) = (about_of(text)["runs"] for text in (old, new))
    keys = ("epochs", "readAt", "curve", "classNames", "rows")
    assert [(kept[key], key) for key in keys] == [(now[key], key) for key in keys], said
    assert shell(old) == shell(new), said


def shell(text: str) -> list[str]:
    """A page's rules and scripts, without its data, its fonts and its checksum."""
    return re.sub(r"base64,[^\"]+|'sha256-[^']+'|(?<=id=\"content\">)[^<]+", "", text).splitlines()
