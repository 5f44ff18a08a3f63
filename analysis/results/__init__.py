"""Stored results: recomputation, data cuts, past moments, queries that follow from them."""
