"""Tests of Copydesk, laid out as the packages are."""
