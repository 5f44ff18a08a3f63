"""Says that a process begins to serve pages: for what is begun once in each such process, and in no other."""

from django.dispatch import Signal

begins = Signal()
