"""Who works at the Courier. Nobody here exists."""

from dataclasses import dataclass

NEWSPAPER = "The Wexcombe Courier"
MAIL_DOMAIN = "wexcombe-courier.example"


@dataclass(frozen=True)
class Person:
    """Someone with a login; those with a bio also stand over stories."""

    username: str
    first_name: str
    last_name: str
    role: str
    bio: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return f"{self.username}@{MAIL_DOMAIN}"


PEOPLE = (
    Person(
        "mira",
        "Mira",
        "Tolland",
        "Reporters",
        "Mira Tolland reports from the town hall. She has sat through more budget debates than any councillor, and "
        "once, by mistake, voted in one.",
    ),
    Person(
        "jonah",
        "Jonah",
        "Pellow",
        "Reporters",
        "Jonah Pellow covers the harbour, the weather and whatever is thrown, rowed or kicked. He grew up on a barge "
        "and still sleeps badly on land.",
    ),
    Person(
        "sunniva",
        "Sunniva",
        "Crake",
        "Reporters",
        "Sunniva Crake writes about work, schools and shops. During the bakery strike she learned to bake, which she "
        "does not recommend to reporters.",
    ),
    Person(
        "desmond",
        "Desmond",
        "Quill",
        "Reporters",
        "Desmond Quill reviews what Wexcombe sings, paints and performs, and explains what the others have reported.",
    ),
    Person("harriet", "Harriet", "Loam", "Desk editors"),
    Person("piers", "Piers", "Ashgarth", "Desk editors"),
    Person("wilma", "Wilma", "Dashwell", "Copy editors"),
    Person("oswin", "Oswin", "Galley", "Copy editors"),
    Person("cordelia", "Cordelia", "Writ", "Legal"),
    Person("nell", "Nell", "Halide", "Picture editors"),
    Person("beatrix", "Beatrix", "Folio", "Publishers"),
    Person("rufus", "Rufus", "Masthead", "Publishers"),
    Person("ada", "Ada", "Cogswell", "Administrators"),
)

GUESTS = {
    "thrupp": (
        "Ignatius Thrupp",
        "Ignatius Thrupp has written his column on Gannet Street for thirty years, by hand, facing the river.",
    ),
    "larder": (
        "Effie Larder",
        "Effie Larder photographs the coast for the Courier, mostly before breakfast.",
    ),
    "umber": (
        "Tobiah Umber",
        "Tobiah Umber draws maps, charts and portraits, and knows which of them are likenesses.",
    ),
}
"""Authors without a login: a short name to name and bio."""

REPORTERS = tuple(person.username for person in PEOPLE if person.role == "Reporters")


def usernames(role: str) -> list[str]:
    """Logins of everyone in a role."""
    return [person.username for person in PEOPLE if person.role == role]


def describe_logins(password: str) -> str:
    """A table of everyone who can sign in, for the terminal."""
    rows = [("Role", "Login", "Name"), *((one.role.rstrip("s"), one.username, one.name) for one in PEOPLE)]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([f"{NEWSPAPER} (invented). Everyone's password: {password}", "", *lines])
