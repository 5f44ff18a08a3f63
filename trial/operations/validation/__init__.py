"""Validation: the requirements, the tests that prove them, and the report of one installation."""
