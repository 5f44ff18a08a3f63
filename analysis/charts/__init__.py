"""Plots as geometry: numbers in, small frozen dataclasses of coordinates out; templates turn them into SVG. PURE."""
