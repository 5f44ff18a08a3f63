"""Benchmarks: run by hand against a running product; they print percentiles and assert no times."""
