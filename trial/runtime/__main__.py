"""`python -m trial.runtime`: start everything. `run.py` calls this inside the virtual environment."""

import sys

from trial.runtime.supervisor import main

sys.exit(main())
