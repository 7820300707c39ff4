"""The schema: what Git's migrations make, what the catalogue shows, and what separates the two."""
