"""What runs the product on one machine: the embedded PostgreSQL and the supervisor behind `run.py`."""
