"""Scenes seen while they are written, and shown live: drawn when asked for, in a page of this machine's own browser."""
