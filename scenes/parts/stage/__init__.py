"""Where Manim's insides are touched, and nowhere else."""
