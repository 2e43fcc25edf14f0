"""Pages, lessons and words."""
