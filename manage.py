#!/usr/bin/env python
"""Django's command line. It needs a running database: `python3 run.py` starts one, or set DATABASE_URL."""

import os
import sys


def main() -> None:
    """Runs the command given on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
