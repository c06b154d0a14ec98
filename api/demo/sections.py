"""The Courier's sections, and the tree of topics that its newsroom has made for itself."""

from typing import Any

SECTIONS: dict[str, tuple[str, str]] = {
    "council": ("Council", "What is decided in the town hall, what it costs, and who was against it."),
    "harbour": ("Harbour", "Boats, ferries and fish; the people who work on the water, and the board above them."),
    "schools": ("Schools", "Lessons, lunches and playgrounds, from the first form to the chess club."),
    "business": ("Business", "Shops, crafts and wages between the Ropewalk and the bypass."),
    "culture": ("Culture", "The playhouse and the library, choirs, books and doors that somebody has painted."),
    "sport": ("Sport", "Wanderers, rowers and everybody else who sweats in public."),
    "environment": ("Environment", "The river, the marsh and the weather on St Orrin's Hill."),
    "opinion": ("Opinion", "Columns, analyses and what our readers think of them."),
}
"""Slug to title and description, in the order of the menu."""

TOPICS: dict[str, Any] = {
    "Town life": {
        "Lower Wexcombe": {},
        "Harbour Square": {},
        "People": {},
        "Letters": {},
        "Comment": {},
    },
    "Town council": {"Energy": {}},
    "Harbour board": {"Courts and inquiries": {}},
    "Transport": {
        "Public transport": {"Ferry": {}},
        "Roads and paths": {"Old Quay Bridge": {}},
    },
    "Economy": {
        "Work and wages": {},
        "Shops and markets": {},
        "Food and drink": {"Tolliver's Bakery": {}},
        "Fishing": {"Oysters": {}},
    },
    "Children": {"Marram Lane School": {}},
    "Arts": {
        "Theatre": {"Lantern Playhouse": {}},
        "Books": {"Town library": {}},
        "Music": {},
        "Art": {},
    },
    "Buildings and heritage": {},
    "Sports": {
        "Football": {"Wexcombe Wanderers": {}},
        "Rowing": {"Regatta": {}},
        "Chess": {},
    },
    "Nature": {
        "River Wex": {"Flood wall": {}},
        "Pellow Marsh": {},
        "Wildlife": {},
        "Gardens": {},
        "Walks": {},
    },
    "Weather": {},
    "Lifeboat": {},
}
"""A topic's name to the topics under it."""


def topic_rows(tree: dict[str, Any] = TOPICS, parent: str = "") -> list[tuple[str, str]]:
    """Names of all topics with the name of the wider topic, wider ones first; "" where there is none."""
    rows = []
    for name, below in tree.items():
        rows.append((name, parent))
        rows += topic_rows(below, name)
    return rows
