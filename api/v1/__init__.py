"""The REST API, version 1: reads of the shelf."""
