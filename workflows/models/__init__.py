"""Desks and stages; sign-offs and clearances; where each story stands; what people are told."""

from .desks import Desk
from .stages import ReviewStage, SignOffRule
from .standing import Assignment, Clearance, SignOff, Standing
from .notices import Notice

__all__ = ["Assignment", "Clearance", "Desk", "Notice", "ReviewStage", "SignOff", "SignOffRule", "Standing"]
