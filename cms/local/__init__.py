"""Copydesk on a bare machine: PostgreSQL and Valkey from wheels, the processes of the Procfile, and `make setup`.

Only development and tests use it. Production sets DATABASE_URL and REDIS_URL and runs the Procfile's lines itself.
"""
