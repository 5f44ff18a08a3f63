"""The drawings of what a board watches. PURE."""
