"""Files: what others made is opened here, and what we make is written here; see SECURITY.md."""
