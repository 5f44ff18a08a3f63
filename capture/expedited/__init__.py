"""Expedited reports: which events need one, the clocks, the reports that were sent, the daily digest."""
