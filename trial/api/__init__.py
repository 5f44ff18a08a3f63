"""The common parts of the API at `/api/v1`: tokens, scopes, problems, moments, paging. Its resources are the apps'."""
