"""Signing in safely: passwords, second factor, idle lock, what is kept when a session ends, and who came when."""
