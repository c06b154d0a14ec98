"""Tests of what a story is made of."""
