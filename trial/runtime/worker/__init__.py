"""How the worker is woken, and how it goes on when nothing wakes it."""
