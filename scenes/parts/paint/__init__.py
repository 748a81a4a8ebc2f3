"""Painters: arrays to pixels with cairo; no Manim."""
