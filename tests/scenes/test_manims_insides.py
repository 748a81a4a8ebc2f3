"""What scenes/parts/stage relies on in Manim that its documentation does not promise, each with what breaks without it.

When a new Manim fails here, the sentence says where to look; no clip has to be rendered to find out.
"""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import manim
import pytest

PARTS = Path(__file__).parents[2] / "scenes"

RELIED_ON = {
    "manim.renderer.cairo_renderer:CairoRenderer": {
        "__init__(file_writer_class, camera_class)": "our camera and our file writer are put into the renderer",
        "play(scene)": "the frames of each play are counted",
        "update_skipping_status()": "a worker renders only the plays that it was given",
        "update_frame(scene, mobjects, include_submobjects, ignore_skipping)": "what is covered is left out",
        "render(scene, time, moving_mobjects)": "pixels go to the encoder without a copy",
        "save_static_frame_data(scene, static_mobjects)": "what does not move is drawn once, and not in skipped plays",
        "freeze_current_frame(duration)": "a still pause has a whole number of frames",
        "add_frame(frame, num_frames)": "frames are handed to the file writer",
    },
    "manim.camera.camera:Camera": {
        "get_mobjects_to_display(mobjects)": "pictures are drawn in their place among Manim's mobjects",
        "capture_mobjects(mobjects)": "pictures are drawn in their place among Manim's mobjects",
        "display_multiple_vectorized_mobjects(vmobjects, pixel_array)": "Manim draws its own mobjects",
        "display_multiple_point_cloud_mobjects(pmobjects, pixel_array)": "Manim draws its own mobjects",
        "display_multiple_image_mobjects(image_mobjects, pixel_array)": "Manim draws its own mobjects",
        "get_cached_cairo_context(pixel_array)": "no context keeps a frame's pixels alive",
        "cache_cairo_context(pixel_array, ctx)": "no context keeps a frame's pixels alive",
        "set_frame_to_background(background)": "what does not move is drawn once",
        "reset()": "a frame begins with the ground",
        "init_background()": "the ground takes a row of pixels, not a frame",
    },
    "manim.mobject.types.vectorized_mobject:VMobject": {
        "get_subpath_split_indices_from_points(points, n_dims)": "a camera that cannot draw a picture is told"
    },
    "manim.camera.multi_camera:MultiCamera": {
        "add_image_mobject_from_camera(image_mobject_from_camera)": "a zoomed scene's display shows pictures"
    },
    "manim.camera.three_d_camera:ThreeDCamera": {
        "get_rotation_matrix()": "a picture that a turned camera cannot show is refused",
        "get_zoom()": "a picture is as large as the camera in space sees it",
        "add_fixed_in_frame_mobjects()": "… and may be kept in the frame",
    },
    "manim.scene.scene_file_writer:SceneFileWriter": {
        "is_already_cached(hash_invocation)": "a worker renders only the plays that it was given",
        "write_frame(pixels, repeat)": "a pause is one picture, shown often",
        "output_image(image)": "image sequences hold every frame",
        "combine_to_movie()": "sections share the frame at which they meet",
        "combine_to_section_videos()": "the list of sections says which frames are shared",
        "combine_files(input_files, output_file, create_gif, includes_sound)": "segments are joined exactly",
        "join_all_encode_jobs()": "a worker waits for its encoders",
        "finish()": "clips are joined when all segments are there",
        "_create_segment_encoder(target)": "segments are encoded in BT.709, by our encoder",
    },
    "manim.scene.scene_file_writer:_PartialMovieEncodeJob": {
        "failed": "frames that wait for the encoder are converted meanwhile"
    },
    "manim.scene.section:Section": {"get_clean_partial_movie_files()": "sections that were left out are not joined"},
    "manim.scene.scene:Scene": {
        "get_time_progression(run_time, description)": "every play has a whole number of frames",
        "get_run_time(animations)": "every play has a whole number of frames",
        "next_section(name, section_type, skip_animations)": "sections meet in one frame",
        "tear_down()": "what is being said ends with the scene",
        "compile_animation_data(animations)": "a preview goes through plays without drawing",
        "begin_animations()": "… and keeps how they begin",
        "update_to_time(t)": "… and draws any frame of them",
        "is_current_animation_frozen_frame()": "… and a pause once",
        "_get_animation_time_progression(animations, duration)": "… at the very times of a rendering",
    },
    "manim._config": {"error_console": "a mistake at the top of a scene file is said in one line"},
    "manim._config.utils": {
        "make_config_parser()": "a worker reads the settings of the folder it works for",
        "config_file_paths()": "a person's own settings come before those that FilmScene brings",
    },
    "manim._config.video_encoder": {"VideoEncoderSpec": "our encoder is told what Manim's would be"},
    "manim.cli.render.commands": {"ClickArgs": "a worker understands Manim's flags", "render": "… all of them"},
    "manim.utils.module_ops": {
        "get_module(file_name)": "a worker opens a scene file as Manim does",
        "get_scene_classes_from_module(module)": "a worker finds the scene in it",
    },
    "manim.utils.exceptions": {"EndSceneEarlyException": "a worker ends after the last play that it was given"},
    "manim.utils.iterables": {"list_update(l1, l2)": "foreground mobjects are drawn last, as Manim does"},
    "manim.utils.sounds": {
        "get_full_sound_file_path(sound_file_name, assets_dir)": "sounds are found as Manim finds them"
    },
    "manim.mobject.opengl.opengl_compatibility": {
        "ConvertToOpenGL": "classes of a scene that is loaded again are not kept, nor turned around by each setting"
    },
    "manim.mobject.svg.svg_mobject": {"SVG_HASH_TO_MOB_MAP": "a scene that is loaded again sets its formulas anew"},
    "manim.mobject.types.image_mobject": {"AbstractImageMobject": "Manim draws its own images"},
}


@pytest.mark.parametrize("place", RELIED_ON)
def test_manim_has_what_the_stage_relies_on(place: str) -> None:
    module, _, name = place.partition(":")
    owner = getattr(import_module(module), name) if name else import_module(module)
    for relied, purpose in RELIED_ON[place].items():
        what, _, wanted = relied.removesuffix(")").partition("(")
        broken = f"Manim {manim.__version__}: {place} has no {relied}; without it this breaks: {purpose}"
        assert hasattr(owner, what), broken
        parameters = inspect.signature(getattr(owner, what)).parameters if wanted else {}
        missing = [p for p in wanted.split(", ") if p and p not in parameters]
        assert not missing, f"{broken} (parameters: {', '.join(parameters)})"


def test_only_the_stage_knows_more_of_manim_than_from_manim_import() -> None:
    others = [path for path in PARTS.rglob("*.py") if "stage" not in path.parts]
    for path in others:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "manim":
                assert node.module == "manim", f"{path.name}, line {node.lineno}: from {node.module}"
                private = [alias.name for alias in node.names if alias.name.startswith("_")]
                assert not private, f"{path.name}, line {node.lineno}: {private}"


def test_the_stage_imports_nothing_undocumented_that_is_not_listed_here() -> None:
    listed = {(place.partition(":")[0], relied.partition("(")[0]) for place, row in RELIED_ON.items() for relied in row}
    listed |= {tuple(place.split(":")) for place in RELIED_ON if ":" in place}
    documented = {"manim.typing", "manim.animation.animation", "manim.utils.paths", "manim.scene.section"}
    for path in (PARTS / "parts" / "stage").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("manim."):
                new = [(node.module, a.name) for a in node.names if (node.module, a.name) not in listed]
                assert node.module in documented or not new, f"{path.name}: list {new} with what it is for"
