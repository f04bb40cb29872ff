"""The `local_api` backend: tasks carried out by a server that speaks the Local API."""
