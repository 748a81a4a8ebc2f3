"""Scenes to clips: by Manim, in one process, many, or a cluster's."""
