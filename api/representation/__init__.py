"""The public shape of a story, and the shelf that keeps it."""
