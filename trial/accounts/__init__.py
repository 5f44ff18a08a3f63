"""Forms of signing in, accounts and sites."""
