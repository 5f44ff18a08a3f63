"""Pages of the conduct of the study; each states its rule."""
