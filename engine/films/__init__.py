"""Films, one idea a file: pure functions from a playhead to a frame. `engine.film` says what a film and a frame are."""
