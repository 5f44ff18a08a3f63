"""Signing in, accounts and sites, and what of them every page needs."""
