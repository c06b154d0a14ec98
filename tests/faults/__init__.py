"""What holds when a part of the house is away."""
