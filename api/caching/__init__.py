"""What HTTP caches are told: by which keys they know an answer, how long it lives, and when they must forget it."""
