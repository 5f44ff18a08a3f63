"""The validation pack: what the product must do, the tests that show it, and the report of an installation."""
