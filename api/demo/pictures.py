"""The Courier's pictures: what they show, who is said to have made them, what may be done with them."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from api.demo.drawing import Drawing
from api.demo.scenes import paper, portraits, town, water

LANDSCAPE, PORTRAIT = (1600, 1067), (1067, 1600)
LARDER, UMBER, HALIDE, READER = "Effie Larder", "Tobiah Umber", "Nell Halide", "A reader"
_RIGHTS = {
    LARDER: "Contract with the photographer: print, online and archive",
    UMBER: "Contract with the illustrator: print, online and archive",
    HALIDE: "Own work of the newsroom",
    READER: "Sent in by a reader: online only, for six months",
}


@dataclass(frozen=True)
class Picture:
    """One picture of the archive."""

    key: str
    scene: Callable[[Drawing], None]
    title: str
    alt: str
    caption: str
    maker: str = LARDER
    focus: tuple[int, int, int, int] | None = None
    """Centre, width and height of what must not be cut off, in points; None leaves it to the middle."""
    rights_days: int | None = None
    """How long we may go on showing it; None means for ever."""
    size: tuple[int, int] = LANDSCAPE

    @property
    def credit(self) -> str:
        kind = "Illustration" if self.maker == UMBER else "Photo"
        return f"{kind}: {self.maker} for The Wexcombe Courier"

    @property
    def rights(self) -> str:
        return _RIGHTS[self.maker]

    def draw(self) -> bytes:
        """The picture as JPEG; the same every time."""
        drawing = Drawing(*self.size, seed=self.key)
        self.scene(drawing)
        output = io.BytesIO()
        drawing.finished().save(output, "JPEG", quality=88)
        return output.getvalue()


def _harbour(palette: water.Palette, lit: float) -> Callable[[Drawing], None]:
    return partial(water.harbour, palette=palette, lit=lit)


PICTURES = (
    Picture(
        "harbour-dawn",
        _harbour(water.DAWN, 0.2),
        "Old Quay at dawn",
        "Small boats lie on still water in front of a row of gabled houses, under an orange sky.",
        "The Old Quay shortly before sunrise.",
        focus=(560, 480, 900, 260),
    ),
    Picture(
        "harbour-fog",
        _harbour(water.FOG, 0.0),
        "Old Quay in fog",
        "The gables of the quay and four moored boats show faintly through white fog.",
        "On some mornings the river is only a rumour.",
    ),
    Picture(
        "bridge-old",
        water.bridge,
        "The Old Quay Bridge",
        "A low steel truss bridge stands on three stone piers in a calm green river.",
        "The Old Quay Bridge turns on its central pier.",
        focus=(800, 520, 700, 400),
    ),
    Picture(
        "bridge-plan",
        paper.blueprint,
        "Plan of the swing bridge",
        "A white line drawing on blue squared paper shows a swing bridge from the side, and its turning gear.",
        "From the engineers' plans for the new bridge.",
        UMBER,
    ),
    Picture(
        "ferry",
        partial(water.ferry, palette=water.NOON),
        "The Patience under way",
        "A green and white ferry with a red funnel crosses a wide blue river.",
        "The Patience on the noon crossing.",
        focus=(860, 620, 860, 420),
    ),
    Picture(
        "ferry-evening",
        partial(water.ferry, palette=water.DUSK, lit=True),
        "The last ferry",
        "A ferry with lit windows crosses dark water under a purple and orange evening sky.",
        "The last boat of the day.",
        focus=(860, 620, 860, 420),
    ),
    Picture(
        "regatta",
        water.regatta,
        "Three eights on the Wex",
        "Three rowing eights race side by side on pale water with the sun low behind them.",
        "Training for the regatta off the boatyard.",
        HALIDE,
    ),
    Picture(
        "storm",
        water.storm,
        "Storm tide",
        "Dark waves under a black sky; spray bursts upwards and rain falls at a slant.",
        "The river mouth at the height of the gale.",
        READER,
        rights_days=120,
    ),
    Picture(
        "lighthouse",
        water.lighthouse,
        "Cormorant Point",
        "A red and white lighthouse on a black rock sends a beam across a violet evening sky.",
        "The lighthouse on Cormorant Point.",
        focus=(1088, 430, 300, 640),
    ),
    Picture(
        "seals",
        water.seals,
        "Grey seals off Cormorant Point",
        "Six grey seals lie on a wide beach; the nearest looks over its shoulder.",
        "The herd on the Cormorant sands.",
        HALIDE,
        focus=(1000, 840, 560, 300),
        rights_days=45,
    ),
    Picture(
        "marsh-frost",
        water.marsh,
        "Pellow Marsh in frost",
        "A pale creek winds through frosted reeds to a misty horizon, and birds fly overhead.",
        "Pellow Marsh on a cold morning.",
    ),
    Picture(
        "skyline-dusk",
        town.skyline,
        "Saltgate at dusk",
        "Rows of gabled roofs with lit windows and a church spire stand dark against a red evening sky.",
        "Saltgate, seen from St Orrin's Hill.",
    ),
    Picture(
        "town-hall",
        town.town_hall,
        "The town hall",
        "A brick town hall with tall windows and a clock tower stands in an empty square.",
        "The town hall. Its clock is four minutes fast.",
        focus=(800, 300, 400, 500),
    ),
    Picture(
        "market",
        town.market,
        "Market day",
        "People walk among stalls with striped awnings and heaps of fruit in front of coloured houses.",
        "Market on Harbour Square.",
        HALIDE,
    ),
    Picture(
        "school",
        town.school,
        "Marram Lane School",
        "Children play on a yard in front of a red brick school with a small bell tower.",
        "Break at Marram Lane School.",
        focus=(720, 560, 900, 700),
        rights_days=400,
    ),
    Picture(
        "library",
        town.library,
        "The reading room",
        "Tall bookshelves stand on both sides of a reading room under a curved glass roof; lamps glow on the tables.",
        "The reading room and its roof.",
    ),
    Picture(
        "playhouse",
        town.stage,
        "The Ship That Came In",
        "Actors stand beside a small boat on a stage framed by red curtains, with a moon behind them.",
        "The second act at the Lantern Playhouse.",
        HALIDE,
        focus=(820, 600, 700, 500),
    ),
    Picture(
        "playhouse-seats",
        town.seats,
        "Before the doors open",
        "Rows of empty red velvet seats, with programmes left on a few of them.",
        "The stalls of the Lantern Playhouse.",
    ),
    Picture(
        "pitch",
        town.pitch,
        "Saltpan Ground",
        "Footballers in red and in white play on a striped pitch with trees behind it.",
        "Wanderers, in red, at the Saltpan Ground.",
        READER,
        rights_days=90,
    ),
    Picture(
        "floodlights",
        town.floodlights,
        "Under the lights",
        "A football match in the rain under two floodlights, with a full stand in the dark.",
        "An evening match at the Saltpan Ground.",
        focus=(700, 700, 900, 500),
    ),
    Picture(
        "bakery-loaves",
        paper.loaves,
        "Harbour browns",
        "Five round loaves with split crusts, dusted with flour, lie on a dark wooden table.",
        "The harbour brown, with its split.",
    ),
    Picture(
        "oysters",
        paper.oysters,
        "Oysters from the Wex",
        "Fifteen open oysters lie on crushed ice with two slices of lemon, seen from above.",
        "From the mouth of the Wex. The lemon is a matter of dispute.",
    ),
    Picture(
        "garden",
        paper.garden,
        "Rows of greens",
        "Rows of vegetables run through brown soil to a red shed beside a hedge.",
        "A plot on the Dunmarrow road.",
        HALIDE,
    ),
    Picture(
        "flood-wall",
        paper.wall,
        "The wall with windows",
        "A low wall of granite blocks with three thick panes of glass; the river is behind it.",
        "How the flood wall is to look on the Old Quay.",
        UMBER,
    ),
    Picture(
        "chart-rents",
        paper.bars,
        "Year by year",
        "A bar chart of nine years; the bars grow from left to right, and the last is red.",
        "Each bar is a year. The last is this one.",
        UMBER,
    ),
    Picture(
        "chart-pupils",
        paper.lines,
        "Pupils and places",
        "A line chart: a red line crosses a level grey one and goes on rising.",
        "Red: pupils. Grey: places. Green: lunches.",
        UMBER,
    ),
    Picture(
        "chart-tide",
        paper.tides,
        "Four days of tides",
        "Four blue curves rise and fall behind one another on squared paper.",
        "The gauge on the harbour wall, drawn for four days.",
        UMBER,
    ),
    Picture(
        "map-town",
        paper.town_map,
        "Wexcombe",
        "A drawn map of a town on both banks of a blue river with two bridges and a compass rose.",
        "Both banks of the Wex, from Saltgate to the sea.",
        UMBER,
    ),
    Picture(
        "flood-map",
        partial(paper.town_map, flooded=True),
        "Where the water would stand",
        "A map of the town on which two lighter bands along the river show how far a flood would reach.",
        "Light blue: a tide that comes once in four years. Lightest: once in fifty.",
        UMBER,
    ),
    Picture(
        "abstract-letters",
        paper.envelopes,
        "The post",
        "A heap of envelopes in pale colours, each closed with a seal.",
        "This week's post.",
        UMBER,
    ),
    Picture(
        "abstract-waves",
        paper.swell,
        "Swell",
        "Layered blue waves under a flat red sun, in the manner of a print.",
        "Swell, a print by Tobiah Umber.",
        UMBER,
    ),
    Picture(
        "portrait-harbour",
        partial(portraits.portrait, back="#7f98a8", skin="#d9a982", hair="#6b4a34", coat="#24385a", wears="cap"),
        "Portrait with a cap",
        "Drawn portrait of a person with a navy cap and a dark blue jacket, smiling slightly.",
        "Drawn at the harbour.",
        UMBER,
        focus=(533, 680, 560, 720),
        size=PORTRAIT,
    ),
    Picture(
        "portrait-captain",
        partial(portraits.portrait, back="#b98a6a", skin="#8d5a3c", hair="#2a1a15", coat="#a5323a", wears="ponytail"),
        "Portrait in red",
        "Drawn portrait of a woman with a dark ponytail and a red jersey.",
        "Drawn after training.",
        UMBER,
        focus=(533, 680, 560, 720),
        size=PORTRAIT,
    ),
    Picture(
        "portrait-baker",
        partial(portraits.portrait, back="#8a9a7f", skin="#e2b493", hair="#8a6a4a", coat="#f2ede2", wears="hat"),
        "Portrait in white",
        "Drawn portrait of a baker in a white hat and a white jacket.",
        "Drawn on Tinker's Row.",
        UMBER,
        focus=(533, 640, 560, 760),
        size=PORTRAIT,
    ),
    Picture(
        "portrait-cox",
        partial(portraits.portrait, back="#8f86a8", skin="#6f452f", hair="#201614", coat="#2f5d55", wears="glasses"),
        "Portrait with glasses",
        "Drawn portrait of a man with round glasses and a green coat.",
        "Drawn by the river.",
        UMBER,
        focus=(533, 680, 560, 720),
        size=PORTRAIT,
    ),
    Picture(
        "portrait-conductor",
        partial(portraits.portrait, back="#a87f8a", skin="#e6bd9d", hair="#b9b2a8", coat="#3a2d4a", wears="bun"),
        "Portrait with a bun",
        "Drawn portrait of an older woman with grey hair in a bun and a violet coat.",
        "Drawn between two appointments.",
        UMBER,
        focus=(533, 680, 560, 720),
        size=PORTRAIT,
    ),
)
