"""What readers and other systems receive: the shelf of published articles and the REST API over it."""
