"""What runs the system: backups, validation, problem reports and the clock of the machine."""
