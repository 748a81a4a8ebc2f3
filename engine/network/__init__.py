"""A network at one moment, and its exact geometry."""
