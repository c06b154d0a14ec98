"""Who may read the API, and how often: keys, their scopes, quotas."""
