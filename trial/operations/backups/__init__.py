"""Backup and restore of the study data: pg_dump's custom format, a manifest beside it, and a drill that proves it."""
