"""Recording anybody's training loop while it runs."""
