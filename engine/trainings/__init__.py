"""Where recipes are trained, with torch."""
