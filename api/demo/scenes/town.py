"""Scenes in the streets, on the hill and indoors."""

import math

from api.demo.drawing import Colour, Drawing, mix


def skyline(d: Drawing) -> None:
    d.gradient(0, d.height, ["#2b2f5b", "#7c4f7e", "#e58a72", "#f9c98b", "#f7dcae"])
    d.glow(d.width * 0.3, d.height * 0.56, 480, "#fff0c2", 0.8)
    d.ridge(d.height * 0.6, 70, "#a3677f")
    for layer, tone in enumerate(("#7d5374", "#573f66", "#2c2748")):
        ground, x = d.height * (0.7 + layer * 0.13), -30.0
        while x < d.width:
            wide, high = d.rng.uniform(44, 96) * (1 + layer * 0.3), d.rng.uniform(50, 130) * (1 + layer * 0.25)
            d.box(x, ground - high, x + wide + 1, d.height, tone)
            d.polygon(
                [(x - 6, ground - high), (x + wide / 2, ground - high - wide * 0.55), (x + wide + 6, ground - high)],
                tone,
            )
            if d.rng.random() < 0.5:
                d.box(x + wide * 0.7, ground - high - wide * 0.5, x + wide * 0.82, ground - high, tone)
            for _window in range(3):
                if d.rng.random() < 0.5:
                    px, py = x + d.rng.uniform(6, wide - 18), ground - high + d.rng.uniform(12, 90)
                    d.box(px, py, px + 9 + layer * 3, py + 13 + layer * 4, "#ffd98a")
            x += wide
        if layer == 1:
            _tower(d, d.width * 0.66, ground, 360, tone)


def _tower(d: Drawing, x: float, ground: float, high: float, tone: Colour) -> None:
    d.box(x - 38, ground - high * 0.62, x + 38, ground, tone)
    d.polygon([(x - 46, ground - high * 0.62), (x, ground - high), (x + 46, ground - high * 0.62)], tone)
    d.line([(x, ground - high - 34), (x, ground - high)], tone, 4)


def town_hall(d: Drawing) -> None:
    d.gradient(0, d.height * 0.82, ["#6ea6cf", "#a9d0e4", "#e6eee6"])
    for _cloud in range(12):
        d.glow(d.rng.uniform(0, d.width), d.rng.uniform(60, 330), d.rng.uniform(90, 190), "#ffffff", 0.6)
    ground = d.height * 0.82
    d.gradient(ground, d.height, ["#b8a88f", "#8f8069"])
    for row in range(8):
        y = ground + 6 + row * row * 3.4
        d.line([(0, y), (d.width, y)], "#a39378", 1.5)
    wall, shade, stone = "#c98c63", "#b57a54", "#efe3cd"
    d.box(210, 470, 1390, ground, wall)
    d.polygon([(170, 474), (1430, 474), (1350, 380), (250, 380)], "#5a6470")
    d.box(196, 460, 1404, 482, stone)
    d.box(690, 180, 910, ground, shade)
    d.polygon([(676, 184), (800, 40), (924, 184)], "#4d7168")
    d.line([(800, 0), (800, 44)], "#4d7168", 6)
    d.box(676, 176, 924, 194, stone)
    d.oval(800, 290, 76, 76, stone)
    d.oval(800, 290, 66, 66, "#fbf7ec")
    for hour in range(12):
        angle = hour / 12 * math.tau
        d.oval(800 + 54 * math.sin(angle), 290 - 54 * math.cos(angle), 4, 4, "#2d2a2e")
    d.line([(800, 290), (826, 262)], "#2d2a2e", 6)
    d.line([(800, 290), (792, 240)], "#2d2a2e", 4)
    for x in (270, 390, 510, 1000, 1120, 1240):
        for y in (520, 680):
            d.box(x - 8, y - 8, x + 68, y + 128, stone, 6)
            d.box(x, y, x + 60, y + 120, "#41566a", 4)
            d.line([(x + 30, y), (x + 30, y + 120)], stone, 4)
            d.line([(x, y + 52), (x + 60, y + 52)], stone, 4)
    d.box(732, 620, 868, ground, stone, 60)
    d.box(750, 644, 850, ground, "#5b3226", 46)
    for step in range(4):
        d.box(
            700 - step * 16,
            ground - 26 + step * 14,
            900 + step * 16,
            ground + step * 14,
            mix(stone, "#8f8069", step / 5),
        )


def market(d: Drawing) -> None:
    d.gradient(0, d.height * 0.6, ["#8cc0dd", "#cfe4e6", "#f5ead2"])
    x = -20.0
    while x < d.width:
        wide, high = d.rng.uniform(110, 180), d.rng.uniform(230, 360)
        wall = d.rng.choice(["#d8b48a", "#c7836b", "#e3cda4", "#9fb0a8", "#b7a2b5"])
        d.box(x, 640 - high, x + wide, 660, wall)
        d.polygon(
            [(x - 4, 642 - high), (x + wide / 2, 570 - high), (x + wide + 4, 642 - high)], mix(wall, "#4a3b3b", 0.6)
        )
        for row in range(3):
            for column in range(int(wide // 46)):
                d.box(
                    x + 14 + column * 46,
                    664 - high + row * 78,
                    x + 40 + column * 46,
                    708 - high + row * 78,
                    "#52677a",
                    3,
                )
        x += wide
    d.gradient(650, d.height, ["#c4b598", "#99886c"])
    for stall, (x, y, size) in enumerate(
        ((60, 720, 1.0), (520, 700, 0.9), (950, 716, 1.0), (1330, 704, 0.92), (230, 900, 1.35), (1010, 910, 1.4))
    ):
        one = ("#b5463f", "#2f6b64", "#d79a2b", "#3d5a92", "#2f6b64", "#b5463f")[stall]
        wide = 320 * size
        d.box(x, y - 20, x + wide, y + 70 * size, mix("#7a5a3c", "#000000", 0.1))
        for _fruit in range(46):
            px, py = x + d.rng.uniform(10, wide - 10), y - 24 + d.rng.uniform(-16, 18) * size
            d.oval(
                px,
                py,
                13 * size,
                12 * size,
                d.rng.choice(["#d8472b", "#e9a13b", "#7fa04a", "#c8b83e", "#8c3b5a", "#f0d7a4"]),
            )
        for post in (x + 6, x + wide - 12):
            d.box(post, y - 180 * size, post + 7, y + 70 * size, "#5a4632")
        stripes = 8
        for stripe in range(stripes):
            left, right = x - 20 + (wide + 40) * stripe / stripes, x - 20 + (wide + 40) * (stripe + 1) / stripes
            slope = 26 * size
            tone = one if stripe % 2 else "#f6efe0"
            d.polygon(
                [
                    (left + slope * (0.5 - stripe / stripes), y - 236 * size),
                    (right + slope * (0.5 - (stripe + 1) / stripes), y - 236 * size),
                    (right, y - 160 * size),
                    (left, y - 160 * size),
                ],
                tone,
            )
            d.oval((left + right) / 2, y - 160 * size, (right - left) / 2, 13 * size, tone)
    for _person in range(14):
        px, py = d.rng.uniform(40, d.width - 40), d.rng.uniform(800, 1010)
        figure(d, px, py, py / 1000 * 150, d.rng.choice(["#2b3a55", "#7b2d3b", "#3f5c4a", "#5a4a78", "#c4873b"]))


def figure(d: Drawing, x: float, y: float, tall: float, coat: Colour) -> None:
    """A person from afar, standing at a point."""
    d.oval(x, y + tall * 0.02, tall * 0.2, tall * 0.04, "#6d604c")
    d.box(x - tall * 0.07, y - tall * 0.36, x - tall * 0.01, y, "#2a2730")
    d.box(x + tall * 0.01, y - tall * 0.36, x + tall * 0.07, y, "#2a2730")
    d.box(x - tall * 0.14, y - tall * 0.82, x + tall * 0.14, y - tall * 0.3, coat, tall * 0.08)
    d.oval(x, y - tall * 0.9, tall * 0.08, tall * 0.09, d.rng.choice(["#e0b896", "#8d5a3c", "#c99571", "#5a3a2a"]))


def school(d: Drawing) -> None:
    d.gradient(0, 780, ["#7fb2d6", "#bfdbe6", "#f3efdf"])
    d.glow(d.width * 0.82, 170, 260, "#fff7dc", 0.9)
    for x in (90, 1480, 1330):
        d.box(x - 12, 520, x + 12, 780, "#6b4f38")
        for _leaf in range(26):
            d.oval(
                x + d.rng.gauss(0, 62),
                470 + d.rng.gauss(0, 62),
                42,
                38,
                d.rng.choice(["#4f7d46", "#6a9650", "#86a84f"]),
            )
    d.box(190, 400, 1250, 780, "#b86a4c")
    d.polygon([(160, 404), (320, 270), (1120, 270), (1280, 404)], "#59606b")
    d.box(640, 190, 800, 404, "#b86a4c")
    d.polygon([(624, 194), (720, 110), (816, 194)], "#59606b")
    d.oval(720, 262, 36, 36, "#f7f1e2")
    for x in (240, 360, 480, 860, 980, 1100):
        for y in (450, 610):
            d.box(x, y, x + 90, y + 110, "#f3ead6", 4)
            d.box(x + 7, y + 7, x + 83, y + 103, "#6f98ad", 3)
            d.line([(x + 45, y), (x + 45, y + 110)], "#f3ead6", 5)
    d.box(660, 560, 780, 780, "#f3ead6", 10)
    d.box(676, 580, 764, 780, "#2f5a5c", 8)
    d.gradient(776, d.height, ["#b9b3a4", "#8d887c"])
    for step in range(7):
        d.box(330 + step * 66, 930 + (step % 2) * 4, 388 + step * 66, 984, "#e9e2cf", 4)
    for place in range(9):
        px, py = 260 + place * 130 + d.rng.uniform(-40, 40), d.rng.uniform(860, 1020)
        figure(d, px, py, py / 1000 * 112, d.rng.choice(["#d2483f", "#e8a83a", "#3a77a8", "#4e8a57", "#8a5aa0"]))


def library(d: Drawing) -> None:
    d.gradient(0, d.height, ["#e9f1ec", "#f2e6c9", "#c79a63", "#7c5535"])
    d.glow(d.width / 2, 170, 700, "#ffffff", 0.8)
    for ring in range(9):
        d.arc(d.width / 2, 640, 360 + ring * 78, 180, 360, mix("#4b5d5f", "#9fb2ae", ring / 12), 9)
    for ray in range(15):
        angle = math.pi * (1 + ray / 14)
        d.line(
            [
                (d.width / 2 + 330 * math.cos(angle), 640 + 330 * math.sin(angle)),
                (d.width / 2 + 1300 * math.cos(angle), 640 + 1300 * math.sin(angle)),
            ],
            "#5b6c6c",
            6,
        )
    for side in (-1, 1):
        for bay in range(4):
            inner, outer = 220 + bay * 150, 220 + (bay + 1) * 150
            for shelf in range(6):
                top = 520 + shelf * 88 - bay * 18
                left, right = sorted((d.width / 2 + side * inner, d.width / 2 + side * outer))
                d.box(left, top, right, top + 92, mix("#5a3a22", "#2f1d12", bay / 6))
                x = left + 6
                while x < right - 14:
                    thick = d.rng.uniform(7, 17)
                    tone = d.rng.choice(["#7b2d2b", "#23495a", "#c49a4a", "#3f5c3f", "#5b3f66", "#d8cba8", "#8a5a34"])
                    d.box(x, top + d.rng.uniform(10, 28), x + thick, top + 82, mix(tone, "#1b120c", bay / 9), 1)
                    x += thick + 1.4
    d.polygon([(580, 1067), (720, 640), (880, 640), (1020, 1067)], "#a9794b")
    for table in range(4):
        y, half = 700 + table * table * 34, 50 + table * 34
        d.polygon(
            [(800 - half, y), (800 + half, y), (800 + half * 1.3, y + half * 0.5), (800 - half * 1.3, y + half * 0.5)],
            "#7d5230",
        )
        d.box(800 - half * 1.3, y + half * 0.5, 800 + half * 1.3, y + half * 0.62, "#4f3018")
        for place in (-0.6, 0.6):
            px, lamp = 800 + place * half, 16 + table * 7
            d.glow(px, y + half * 0.1, lamp * 2.6, "#ffedb8", 0.7)
            d.line([(px, y + half * 0.2), (px, y - lamp)], "#3a2a1a", 2 + table)
            d.polygon(
                [
                    (px - lamp, y - lamp * 0.7),
                    (px + lamp, y - lamp * 0.7),
                    (px + lamp * 0.6, y - lamp * 1.4),
                    (px - lamp * 0.6, y - lamp * 1.4),
                ],
                "#2f6b56",
            )


def stage(d: Drawing) -> None:
    d.gradient(0, d.height, ["#140b12", "#2b1420", "#3a1a22"])
    d.gradient(770, d.height, ["#7a4a2a", "#3c2113"])
    d.gradient(200, 770, ["#26385c", "#5e6a92", "#d7a58b"])
    d.oval(1010, 420, 58, 58, "#fbeecb")
    for layer in range(4):
        d.waves(650 + layer * 34, 12, 260 + layer * 40, mix("#2d5a73", "#173043", layer / 3))
    d.gradient(772, d.height, ["#8a5530", "#3a2012"])
    for board in range(12):
        x = d.width * board / 11
        d.line(
            [(d.width / 2 + (x - d.width / 2) * 0.75, 772), (d.width / 2 + (x - d.width / 2) * 1.25, d.height)],
            "#5a3419",
            2,
        )
    d.polygon([(560, 800), (1010, 780), (950, 868), (620, 872)], "#5f2d24")
    d.line([(780, 800), (780, 430)], "#2a1710", 9)
    d.polygon([(790, 440), (790, 740), (1000, 720)], "#efe2c4")
    for x, coat in ((690, "#d9a441"), (860, "#a93f45"), (1130, "#3f6b6b")):
        figure(d, x, 880 if x > 1000 else 806, 190, coat)
    for side in (-1, 1):
        for fold in range(11):
            inner = d.width / 2 + side * (430 + fold * 40)
            tone = mix("#8f1f2c", "#4a0c16", 0.5 + 0.5 * math.sin(fold * 1.9))
            d.polygon(
                [
                    (inner, 0),
                    (inner + side * 44, 0),
                    (inner + side * 52, d.height),
                    (inner + side * (6 - 20), d.height),
                ],
                tone,
            )
    for swag in range(6):
        d.oval(d.width * (swag + 0.5) / 6, 40, 150, 120, mix("#8f1f2c", "#5c101b", swag % 2 * 0.6))
    for x in (470, 800, 1130):
        d.glow(x, 820, 300, "#ffe2a6", 0.35)
    for place in range(17):
        d.oval(20 + place * 98, d.height + 6, 44, 60 + d.rng.uniform(0, 26), "#0d070b")


def seats(d: Drawing) -> None:
    d.gradient(0, d.height, ["#1a0d14", "#3a1620", "#1c0b10"])
    d.glow(d.width / 2, -60, 760, "#ffd9a0", 0.55)
    for row in range(9):
        size = 0.55 + row * 0.16
        y = 300 + row * row * 9 + row * 14
        count = int(20 / size)
        for place in range(-count, count + 1):
            x = d.width / 2 + place * 92 * size + (row % 2) * 46 * size
            bend = (place / count) ** 2 * -40 * size
            red = mix("#8f2230", "#3a0a14", 0.12 + 0.5 * abs(x - d.width / 2) / d.width + d.rng.uniform(0, 0.1))
            d.box(x - 40 * size, y + bend, x + 40 * size, y + bend + 96 * size, mix(red, "#000000", 0.35), 26 * size)
            d.box(x - 36 * size, y + bend + 4 * size, x + 36 * size, y + bend + 92 * size, red, 24 * size)
            d.line(
                [(x - 24 * size, y + bend + 14 * size), (x + 24 * size, y + bend + 14 * size)],
                mix(red, "#ffb28a", 0.35),
                3 * size,
            )
            if d.rng.random() < 0.06 and row > 1:
                d.box(x - 20 * size, y + bend - 14 * size, x + 16 * size, y + bend + 26 * size, "#f1e6cf", 2)


def pitch(d: Drawing) -> None:
    d.gradient(0, 420, ["#79aed1", "#bcd9e2", "#eef0de"])
    for _cloud in range(9):
        d.glow(d.rng.uniform(0, d.width), d.rng.uniform(40, 260), d.rng.uniform(110, 220), "#ffffff", 0.55)
    d.ridge(400, 34, "#5e7f63", bottom=430)
    for _tree in range(70):
        d.oval(
            d.rng.uniform(0, d.width),
            404 + d.rng.uniform(-16, 10),
            d.rng.uniform(18, 44),
            d.rng.uniform(16, 34),
            d.rng.choice(["#3f6348", "#4f7550", "#35563f"]),
        )
    _turf(d, 420, ("#5f9a4a", "#528a40"))
    _players(d)


def floodlights(d: Drawing) -> None:
    d.gradient(0, 430, ["#070b18", "#131d38", "#2b3a5c"])
    _turf(d, 420, ("#3f7a45", "#34683b"))
    d.box(0, 350, d.width, 424, "#10162a")
    for _head in range(420):
        d.oval(
            d.rng.uniform(0, d.width),
            d.rng.uniform(356, 412),
            5,
            6,
            d.rng.choice(["#6b5a55", "#3b3540", "#8a6f60", "#a93f45", "#c9b48a"]),
        )
    for x in (190, 1410):
        d.line([(x, 420), (x, 120)], "#222b40", 9)
        d.box(x - 64, 70, x + 64, 130, "#222b40", 6)
        for lamp in range(8):
            px, py = x - 46 + lamp % 4 * 31, 86 + lamp // 4 * 28
            d.oval(px, py, 11, 10, "#fffbe6")
        d.glow(x, 100, 460, "#fff6d8", 0.75)
    _players(d)
    for _line in range(260):
        left, top = d.rng.uniform(0, d.width), d.rng.uniform(0, d.height)
        d.line([(left, top), (left - 5, top + 34)], "#8fa3b8", 0.6)


def _turf(d: Drawing, top: float, greens: tuple[Colour, Colour]) -> None:
    d.gradient(top, d.height, [greens[0], greens[1]])
    middle = d.width / 2
    for stripe in range(-12, 12):
        if stripe % 2:
            d.polygon(
                [
                    (middle + stripe * 90, top),
                    (middle + (stripe + 1) * 90, top),
                    (middle + (stripe + 1) * 260, d.height),
                    (middle + stripe * 260, d.height),
                ],
                mix(greens[0], "#000000", 0.1),
            )
    for points in (
        [(-200, top + 60), (d.width + 200, top + 60)],
        [(330, top + 60), (60, d.height)],
        [(330, top + 300), (1600, top + 300)],
    ):
        d.line(points, "#e8efe0", 5)


def _players(d: Drawing) -> None:
    for place in range(13):
        x, y = d.rng.uniform(120, d.width - 120), d.rng.uniform(540, 1000)
        tall = 40 + (y - 420) * 0.26
        shirt = "#b23a3a" if place % 2 else "#f0ead8"
        stride = d.rng.uniform(0.06, 0.2) * tall
        d.oval(x, y + 3, tall * 0.26, tall * 0.05, "#2f5a34")
        d.line([(x, y - tall * 0.42), (x - stride, y)], "#2b2630", tall * 0.09)
        d.line([(x, y - tall * 0.42), (x + stride, y - tall * 0.06)], "#2b2630", tall * 0.09)
        d.box(x - tall * 0.13, y - tall * 0.8, x + tall * 0.13, y - tall * 0.4, shirt, tall * 0.06)
        d.line([(x, y - tall * 0.7), (x + tall * 0.22, y - tall * 0.55)], shirt, tall * 0.07)
        d.line([(x, y - tall * 0.7), (x - tall * 0.24, y - tall * 0.5)], shirt, tall * 0.07)
        d.oval(x, y - tall * 0.9, tall * 0.08, tall * 0.09, d.rng.choice(["#e0b896", "#7d4f35", "#c99571"]))
    d.oval(720, 880, 15, 15, "#f8f6ee")
