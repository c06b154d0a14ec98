"""What the API says of itself, held against what it does, with the tools of those who use it."""
