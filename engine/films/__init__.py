"""Films, one idea a file: pure functions from a playhead to a frame. `engine.films.film` says what both are."""
