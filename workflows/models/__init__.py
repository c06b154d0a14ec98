"""Desks and stages; sign-offs and clearances; where each story stands; what people are told."""

from .desks import Desk
from .notices import Notice
from .stages import ReviewStage, SignOffRule
from .standing import Assignment, Clearance, SignOff, Standing

__all__ = ["Assignment", "Clearance", "Desk", "Notice", "ReviewStage", "SignOff", "SignOffRule", "Standing"]
