"""What the pictures of the Courier show."""
