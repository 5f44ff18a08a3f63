"""Resources of the API that read or write the record; what all of them share is `trial.api`."""
