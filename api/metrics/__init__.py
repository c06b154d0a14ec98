"""Figures for operators at /metrics: docs/features/metrics.md."""
