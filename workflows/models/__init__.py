"""Desks and stages; sign-offs and clearances; plans, guests, emergencies; what people are told."""

from .desks import Absence, Desk
from .stages import Matter, ReviewStage, SignOffRule
from .standing import Assignment, Clearance, SignOff, Snapshot, Standing
from .emergencies import EmergencyRelease, SetAside
from .guests import GuestRemark, GuestReview
from .notices import Notice, NoticePreference
from .planning import Commission
from .waivers import Waiver
from .answers import KeptAnswer

__all__ = [
    "Absence",
    "Assignment",
    "Clearance",
    "Commission",
    "Desk",
    "EmergencyRelease",
    "GuestRemark",
    "GuestReview",
    "KeptAnswer",
    "Matter",
    "Notice",
    "NoticePreference",
    "ReviewStage",
    "SetAside",
    "SignOff",
    "SignOffRule",
    "Snapshot",
    "Standing",
    "Waiver",
]
