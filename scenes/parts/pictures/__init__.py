"""Pictures: mobjects that paint the frames of a film, named after it."""
