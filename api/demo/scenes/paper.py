"""Drawn things: still lives, maps, charts, shapes."""

import math
from collections.abc import Sequence
from itertools import pairwise

from api.demo.drawing import Colour, Drawing, Point, mix


def loaves(d: Drawing) -> None:
    d.gradient(0, d.height, ["#2c1c15", "#4c2f20", "#6b4529"])
    for board in range(6):
        y = 420 + board * 110
        d.gradient(y, y + 106, [mix("#8a5a34", "#5c3a20", d.rng.random()), "#6b4429"])
        d.line([(0, y), (d.width, y)], "#3c2413", 3)
    d.glow(420, 180, 700, "#ffd9a0", 0.55)
    for x, y, size in ((330, 470, 1.0), (760, 440, 0.95), (1190, 480, 1.05), (540, 720, 1.3), (1080, 740, 1.35)):
        d.oval(x + 14, y + 92 * size, 210 * size, 40 * size, "#2a180d")
        for layer in range(14):
            share = layer / 13
            d.oval(
                x - 18 * share,
                y - 20 * share * size,
                (205 - 120 * share) * size,
                (118 - 74 * share) * size,
                mix("#6d3c17", "#dca45b", share),
            )
        for cut in range(3):
            px = x - 90 * size + cut * 74 * size
            d.polygon(
                [
                    (px, y + 24 * size),
                    (px + 26 * size, y - 66 * size),
                    (px + 44 * size, y - 62 * size),
                    (px + 22 * size, y + 30 * size),
                ],
                "#f0cf96",
            )
        for _speck in range(70):
            d.dot(
                x + d.rng.gauss(0, 80) * size,
                y - 20 + d.rng.gauss(0, 38) * size,
                d.rng.uniform(0.8, 2.6),
                "#f6e6c8",
            )
    for _flour in range(500):
        d.dot(d.rng.uniform(0, d.width), d.rng.uniform(560, d.height), d.rng.uniform(0.6, 2), "#d9c3a0")


def oysters(d: Drawing) -> None:
    d.gradient(0, d.height, ["#cfdde2", "#a9bfc8", "#7d98a6"])
    for _ice in range(260):
        x, y, size = d.rng.uniform(0, d.width), d.rng.uniform(0, d.height), d.rng.uniform(20, 70)
        corners = [
            (x + size * math.cos(a) * d.rng.uniform(0.6, 1), y + size * math.sin(a) * d.rng.uniform(0.5, 0.9))
            for a in (0.2, 1.4, 2.6, 3.9, 5.2)
        ]
        d.polygon(corners, mix("#f4fafb", "#9fb8c4", d.rng.random()))
    for row in range(3):
        for column in range(5):
            x, y = (
                170 + column * 315 + (row % 2) * 90 + d.rng.uniform(-26, 26),
                210 + row * 320 + d.rng.uniform(-24, 24),
            )
            turn, size = d.rng.uniform(-0.8, 0.8), d.rng.uniform(0.86, 1.1)
            for share, tone in (
                (1.1, "#3b3a36"),
                (1.0, "#6c6a60"),
                (0.9, "#a8a596"),
                (0.8, "#e6e3da"),
                (0.7, "#f6f3ee"),
            ):
                d.polygon(_shell(d, x, y, 128 * share * size, turn), tone)
            d.polygon(_shell(d, x + 6, y + 8, 66 * size, turn + 0.3), "#c9bfae")
            d.polygon(_shell(d, x + 2, y + 4, 46 * size, turn), "#dcd5c6")
            d.oval(x - 18 * size, y - 26 * size, 14 * size, 7 * size, "#ffffff")
    for x, y in ((1440, 160), (140, 960)):
        d.oval(x, y, 84, 84, "#e9c531")
        d.oval(x, y, 72, 72, "#f8ec9f")
        for wedge in range(9):
            angle = wedge / 9 * math.tau
            d.line([(x, y), (x + 70 * math.cos(angle), y + 70 * math.sin(angle))], "#e9d04f", 4)


def _shell(d: Drawing, x: float, y: float, size: float, turn: float) -> list[Point]:
    points = []
    for step in range(40):
        angle = step / 40 * math.tau
        reach = size * (0.72 + 0.28 * math.cos(angle) + 0.035 * math.sin(angle * 11) + d.rng.uniform(0, 0.02))
        px, py = reach * math.cos(angle), reach * 0.82 * math.sin(angle)
        points.append((x + px * math.cos(turn) - py * math.sin(turn), y + px * math.sin(turn) + py * math.cos(turn)))
    return points


def garden(d: Drawing) -> None:
    d.gradient(0, 460, ["#8ebbd4", "#cfe2dc", "#f4eed6"])
    d.ridge(420, 40, "#86a58a", bottom=470)
    for _bush in range(60):
        d.oval(
            d.rng.uniform(0, d.width),
            446 + d.rng.uniform(-24, 10),
            d.rng.uniform(26, 60),
            d.rng.uniform(20, 44),
            d.rng.choice(["#4f7d4c", "#648f54", "#3f6a47"]),
        )
    d.gradient(456, d.height, ["#7d5a3c", "#57381f"])
    d.box(1140, 250, 1390, 500, "#a8563f")
    d.polygon([(1110, 256), (1265, 150), (1420, 256)], "#4c4f58")
    d.box(1216, 340, 1300, 500, "#5f3526")
    d.box(1326, 330, 1370, 384, "#cfe0e2", 3)
    for row in range(7):
        left, right = 800 + (row - 3.4) * 96, 800 + (row - 3.4) * 470
        for plant in range(22):
            share = (plant / 21) ** 1.5
            x, y = left + (right - left) * share, 476 + 560 * share
            size = 9 + 66 * share
            green = d.rng.choice(["#4f8a3f", "#6aa04a", "#3f7440", "#86ad52"])
            for leaf in range(7):
                angle = leaf / 7 * math.tau + d.rng.uniform(0, 0.6)
                d.oval(
                    x + size * 0.5 * math.cos(angle),
                    y - size * 0.3 + size * 0.3 * math.sin(angle),
                    size * 0.42,
                    size * 0.3,
                    mix(green, "#10260f", d.rng.uniform(0, 0.3)),
                )
            if row % 3 == 0:
                d.oval(x + size * 0.3, y, size * 0.2, size * 0.18, "#e0a03a")
            elif row % 3 == 1 and plant % 3 == 0:
                d.oval(x, y - size * 0.3, size * 0.22, size * 0.2, "#d2453c")


def wall(d: Drawing) -> None:
    d.gradient(0, 560, ["#8fa9b8", "#c8d4d3", "#eee6d6"])
    d.ridge(420, 30, "#7f949e", bottom=470)
    d.gradient(452, 600, ["#6d8b93", "#4f6f79"])
    for _glint in range(90):
        x, y = d.rng.uniform(0, d.width), d.rng.uniform(458, 560)
        d.line([(x, y), (x + d.rng.uniform(20, 120), y)], "#a9c0c2", 1.6)
    for row in range(9):
        top = 520 + row * 56
        x = -100 + (row % 2) * 74
        while x < d.width:
            wide = d.rng.uniform(118, 190)
            stone = mix("#9b958a", d.rng.choice(["#6f6a63", "#b5ab98", "#80807c", "#a38f78"]), d.rng.uniform(0.2, 0.8))
            d.box(x, top, x + wide, top + 54, "#54504a", 3)
            d.box(x + 2, top + 2, x + wide - 4, top + 50, stone, 5)
            d.line([(x + 8, top + 8), (x + wide - 16, top + 7)], mix(stone, "#ffffff", 0.2), 2)
            x += wide
    for x in (330, 800, 1270):
        d.box(x - 118, 640, x + 118, 830, "#4a4f52", 8)
        d.box(x - 104, 654, x + 104, 816, "#7fa0a8", 4)
        d.polygon([(x - 104, 760), (x - 20, 654), (x + 30, 654), (x - 104, 816)], "#a8c3c8")
        d.line([(x - 96, 752), (x + 96, 748)], "#c9dadb", 3)
    d.box(0, 496, d.width, 526, "#8c877c", 4)
    d.gradient(1010, d.height, ["#807766", "#5f584b"])


def bars(d: Drawing) -> None:
    _sheet(d, "#f3ecdd", "#e2d7c0")
    values = [0.34, 0.38, 0.36, 0.45, 0.52, 0.5, 0.61, 0.74, 0.86]
    for place, value in enumerate(values):
        x, top = 230 + place * 134, 900 - 700 * value
        d.box(x + 8, top + 10, x + 96, 900, "#d5c9b0", 6)
        d.box(x, top, x + 88, 900, "#c4573f" if place == len(values) - 1 else mix("#2f5d6b", "#6f98a0", place / 9), 6)
        d.oval(x + 44, top - 34, 7, 7, "#5c5346")
    _axes(d)


def lines(d: Drawing) -> None:
    _sheet(d, "#eef0ea", "#d9ddd2")
    for values, tone in (
        ([0.42] * 10, "#8b8f86"),
        ([0.3, 0.33, 0.35, 0.34, 0.4, 0.46, 0.49, 0.58, 0.66, 0.78], "#b5463f"),
        ([0.22, 0.2, 0.25, 0.27, 0.26, 0.31, 0.3, 0.35, 0.37, 0.4], "#2f6b64"),
    ):
        points = [(240 + place * 130, 900 - 720 * value) for place, value in enumerate(values)]
        d.line(points, tone, 9)
        for x, y in points:
            d.oval(x, y, 13, 13, tone)
            d.oval(x, y, 6, 6, "#f6f4ec")
    _axes(d)


def tides(d: Drawing) -> None:
    _sheet(d, "#eef3f3", "#d3e0e2")
    for layer, tone in enumerate(("#a9c9d1", "#6fa0b0", "#386f86", "#1d4a61")):
        points = [
            (x, 400 + layer * 112 - 92 * math.sin(x / 190 + layer * 0.9) - 28 * math.sin(x / 71 + layer))
            for x in range(200, 1421, 10)
        ]
        d.polygon([(200, 900), *points, (1420, 900)], tone)
        d.line(points, mix(tone, "#ffffff", 0.4), 4)
    _axes(d)


def _sheet(d: Drawing, light: Colour, dark: Colour) -> None:
    d.gradient(0, d.height, [light, dark])
    for row in range(8):
        y = 900 - row * 100
        d.line([(200, y), (1420, y)], mix(dark, "#7d7667", 0.25), 2)


def _axes(d: Drawing) -> None:
    d.line([(200, 160), (200, 900), (1440, 900)], "#3d382f", 6)
    for place in range(9):
        d.line([(274 + place * 134, 900), (274 + place * 134, 920)], "#3d382f", 5)


def _river(wide: float) -> Sequence[Point]:
    middle = [(x, 560 + 150 * math.sin(x / 310) + 60 * math.sin(x / 120)) for x in range(-20, 1641, 20)]
    return [(x, y - wide * (0.5 + x / 1600)) for x, y in middle] + [
        (x, y + wide * (0.5 + x / 1600)) for x, y in reversed(middle)
    ]


def town_map(d: Drawing, *, flooded: bool = False) -> None:
    d.gradient(0, d.height, ["#f2ead6", "#e8dcc0"])
    for _field in range(40):
        x, y, size = (
            d.rng.uniform(-40, 1600),
            d.rng.choice([d.rng.uniform(-20, 200), d.rng.uniform(860, 1067)]),
            d.rng.uniform(60, 160),
        )
        d.polygon(
            [(x, y), (x + size, y - 20), (x + size * 1.1, y + size * 0.6), (x + 12, y + size * 0.7)],
            d.rng.choice(["#dfe0b8", "#d3dbb0", "#e6dfb4", "#cfd8b8"]),
        )
    for street in range(17):
        d.line([(street * 104 - 60, 0), (street * 100 + 30, d.height)], "#fffaf0", 9)
    for street in range(11):
        d.line([(0, street * 106 + 20), (d.width, street * 100 + 70)], "#fffaf0", 9)
    for block in range(300):
        x, y = d.rng.uniform(0, d.width), d.rng.gauss(560, 240)
        wide, high = d.rng.uniform(16, 56), d.rng.uniform(14, 40)
        d.box(
            x,
            y,
            x + wide,
            y + high,
            d.rng.choice(["#d9b99a", "#cfa98a", "#c9b7a0", "#dcc7a8"]) if block % 9 else "#b5655a",
            2,
        )
    if flooded:
        d.polygon(_river(190), "#b9d6e0")
        d.polygon(_river(130), "#94c0d2")
    d.polygon(_river(86), "#7aa7c0")
    d.polygon(_river(76), "#5f93b3")
    for x in (420, 980):
        y = 560 + 150 * math.sin(x / 310) + 60 * math.sin(x / 120)
        d.line([(x - 16, y - 150), (x + 16, y + 150)], "#5c4a3a", 15)
        d.line([(x - 16, y - 150), (x + 16, y + 150)], "#fffaf0", 8)
    if not flooded:
        route = [(1180 + t * 12, 440 + t * 22 + 18 * math.sin(t)) for t in range(13)]
        for one, other in list(pairwise(route))[::2]:
            d.line([one, other], "#b5312f", 7)
    d.oval(1450, 150, 70, 70, "#f7f0de")
    for angle, long, tone in (
        (0, 62, "#b5312f"),
        (math.pi, 62, "#4a4238"),
        (math.pi / 2, 30, "#4a4238"),
        (-math.pi / 2, 30, "#4a4238"),
    ):
        tip = (1450 + long * math.sin(angle), 150 - long * math.cos(angle))
        d.polygon(
            [
                tip,
                (1450 + 12 * math.cos(angle), 150 + 12 * math.sin(angle)),
                (1450 - 12 * math.cos(angle), 150 - 12 * math.sin(angle)),
            ],
            tone,
        )


def blueprint(d: Drawing) -> None:
    d.gradient(0, d.height, ["#1d4a7a", "#163a63"])
    for place in range(0, 1601, 40):
        d.line([(place, 0), (place, d.height)], "#285a8c" if place % 200 else "#3a6fa3", 1.2)
    for place in range(0, 1068, 40):
        d.line([(0, place), (d.width, place)], "#285a8c" if place % 200 else "#3a6fa3", 1.2)
    ink = "#e4eef7"
    for y in (470, 500):
        d.line([(120, y), (1480, y)], ink, 4)
    for step in range(17):
        x = 120 + step * 85
        rise = 190 * math.exp(-(((step - 8) / 4.4) ** 2))
        d.line([(x, 470), (x, 470 - rise)], ink, 2.5)
        if step < 16:
            following = 190 * math.exp(-(((step - 7) / 4.4) ** 2))
            d.line([(x, 470 - rise), (x + 85, 470 - following)], ink, 4)
            d.line([(x, 470), (x + 85, 470 - following)], ink, 2)
    for x, wide in ((800, 74), (120, 40), (1480, 40)):
        d.line([(x - wide, 500), (x - wide * 1.3, 800), (x + wide * 1.3, 800), (x + wide, 500)], ink, 4)
    for wave in range(3):
        d.line([(x, 700 + wave * 16 + 6 * math.sin(x / 30)) for x in range(60, 1541, 10)], "#9cc0e0", 2)
    d.arc(800, 930, 90, 0, 360, ink, 3)
    d.arc(800, 930, 58, 0, 360, ink, 2)
    for angle in range(0, 360, 45):
        turn = math.radians(angle)
        d.line(
            [
                (800 + 20 * math.cos(turn), 930 + 20 * math.sin(turn)),
                (800 + 90 * math.cos(turn), 930 + 90 * math.sin(turn)),
            ],
            ink,
            2,
        )
    d.line([(120, 230), (1480, 230)], ink, 2)
    for x in (120, 800, 1480):
        d.line([(x, 214), (x, 246)], ink, 3)


def envelopes(d: Drawing) -> None:
    d.gradient(0, d.height, ["#dfc9a4", "#b98f63"])
    for _sheet_of_paper in range(26):
        x, y, turn = d.rng.uniform(0, d.width), d.rng.uniform(0, d.height), d.rng.uniform(-0.7, 0.7)
        half, low = d.rng.uniform(150, 230), d.rng.uniform(96, 140)
        paper = d.rng.choice(["#f7f0e0", "#efe2c8", "#d9e3e6", "#f3d9c4", "#cddbc9", "#fbf7ee"])

        def at(px: float, py: float, x: float = x, y: float = y, turn: float = turn) -> Point:
            return x + px * math.cos(turn) - py * math.sin(turn), y + px * math.sin(turn) + py * math.cos(turn)

        d.polygon(
            [at(-half + 10, -low + 14), at(half + 10, -low + 14), at(half + 10, low + 14), at(-half + 10, low + 14)],
            "#8d6a45",
        )
        d.polygon([at(-half, -low), at(half, -low), at(half, low), at(-half, low)], paper)
        d.polygon([at(-half, -low), at(half, -low), at(0, low * 0.2)], mix(paper, "#a08a68", 0.22))
        d.line([at(-half, -low), at(0, low * 0.2), at(half, -low)], mix(paper, "#6d5a40", 0.5), 2.5)
        d.oval(*at(0, low * 0.16), 20, 20, d.rng.choice(["#a5323a", "#2f5d6b", "#7a5a2f"]))


def swell(d: Drawing) -> None:
    d.gradient(0, d.height, ["#f3e3c7", "#efc9a0", "#d98f6c"])
    d.oval(d.width * 0.7, 330, 150, 150, "#e8654a")
    for layer in range(11):
        tone = mix("#7fb0b5", "#12324a", layer / 10)
        d.waves(430 + layer * 58, 34 + layer * 2, 520 + layer * 46, tone, phase=layer * 1.3)
        d.waves(442 + layer * 58, 34 + layer * 2, 520 + layer * 46, mix(tone, "#0c2436", 0.12), phase=layer * 1.3)
