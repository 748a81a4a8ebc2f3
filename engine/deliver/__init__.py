"""From a scene to what lecturers hand on: clips in many formats, decks, captions, timelines."""
