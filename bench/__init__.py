"""Measuring: archives of any size to measure with, and the programs that do it."""
