"""Server-sent events: what happens on the shelf, told the moment it does to whoever keeps a connection open."""
