#!/usr/bin/env python
"""Django's command line. It needs a running database: `python3 run.py` starts one, or set DATABASE_URL."""

import os
import sys


def main() -> None:
    """Runs the command; exits with status 1, in words, when no database answers or its server is too old."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial.settings")
    from django.core.management import execute_from_command_line
    from django.db import NotSupportedError, OperationalError, connection

    try:
        execute_from_command_line(sys.argv)
    except NotSupportedError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
    except OperationalError:
        # With a connection in hand the database answers, and the fault is another.
        if connection.connection is not None or "--traceback" in sys.argv:
            raise
        sys.exit("The database does not answer. Start Endpoint first (python3 run.py), or set DATABASE_URL or "
                 "ENDPOINT_DATA to where it runs. --traceback shows the driver's words.")  # fmt: skip


if __name__ == "__main__":
    main()
