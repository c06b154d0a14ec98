"""Webhooks: other systems are told of public events, by Standard Webhooks 1.0 (standardwebhooks.com)."""
