"""Scenes on the river and by the sea."""

import math
from dataclasses import dataclass

from api.demo.drawing import Colour, Drawing, mix


@dataclass(frozen=True)
class Palette:
    """The colours of an hour: the sky from above downwards, what is far, what is near, and the light."""

    sky: tuple[str, ...]
    far: str
    near: str
    light: str


DAWN = Palette(("#3d5a80", "#98a9c0", "#f2b99a", "#fbe3c0"), "#8296ad", "#24344d", "#fff0cf")
FOG = Palette(("#aab4bb", "#c3cacd", "#dadddb", "#e4e4df"), "#b4bdc1", "#56636c", "#f3f2ea")
DUSK = Palette(("#1d2545", "#53406e", "#c4607a", "#f4a25f"), "#5d4a75", "#171a30", "#ffd08a")
NOON = Palette(("#4f93c4", "#8fc1de", "#d3e8ee", "#f2f4ea"), "#7fa3ae", "#1f4a5e", "#ffffff")


def _sky(d: Drawing, palette: Palette, horizon: float, *, sun: float = 0.62) -> None:
    d.gradient(0, horizon, palette.sky)
    d.glow(d.width * sun, horizon - 60, 520, palette.light, 0.7)
    d.oval(d.width * sun, horizon - 80, 38, 38, palette.light)
    for layer in range(2):
        d.ridge(horizon - 46 + 26 * layer, 40 - 14 * layer, mix(palette.far, palette.sky[-1], 0.5 - 0.25 * layer))


def _houses(d: Drawing, ground: float, palette: Palette, *, left: float, right: float, lit: float) -> None:
    x = left
    while x < right:
        wide = d.rng.uniform(46, 92)
        high = d.rng.uniform(70, 150)
        wall = mix(palette.near, palette.far, d.rng.uniform(0.1, 0.55))
        d.box(x, ground - high, x + wide, ground, wall)
        roof = d.rng.uniform(24, 46)
        d.polygon(
            [(x - 4, ground - high), (x + wide / 2, ground - high - roof), (x + wide + 4, ground - high)],
            mix(wall, palette.near, 0.55),
        )
        if d.rng.random() < 0.5:
            d.box(x + wide * 0.68, ground - high - roof, x + wide * 0.8, ground - high, mix(wall, palette.near, 0.55))
        for row in range(int(high // 36)):
            for column in range(int(wide // 24)):
                window = palette.light if d.rng.random() < lit else mix(wall, palette.near, 0.4)
                px, py = x + 9 + column * 23, ground - high + 14 + row * 34
                d.box(px, py, px + 9, py + 15, window)
        x += wide


def _mast(d: Drawing, x: float, deck: float, high: float, colour: Colour) -> None:
    d.line([(x, deck), (x, deck - high)], colour, 3.5)
    d.line([(x, deck - high * 0.24), (x + high * 0.3, deck - high * 0.2)], colour, 3)
    d.line([(x, deck - high), (x - high * 0.28, deck)], colour, 1)
    d.line([(x, deck - high), (x + high * 0.32, deck)], colour, 1)


def _boat(d: Drawing, x: float, y: float, size: float, hull: Colour, trim: Colour) -> None:
    d.polygon(
        [(x - size, y - size * 0.22), (x + size * 1.08, y - size * 0.3), (x + size * 0.8, y), (x - size * 0.8, y)], hull
    )
    d.line([(x - size, y - size * 0.2), (x + size * 1.05, y - size * 0.28)], trim, 4)
    d.box(x - size * 0.3, y - size * 0.52, x + size * 0.15, y - size * 0.22, mix(trim, hull, 0.25), 4)
    _mast(d, x + size * 0.2, y - size * 0.25, size * d.rng.uniform(1.3, 1.9), mix(hull, "#000000", 0.3))


def harbour(d: Drawing, palette: Palette, *, lit: float = 0.15) -> None:
    horizon = d.height * 0.52
    _sky(d, palette, horizon, sun=0.7)
    d.ridge(horizon - 70, 34, mix(palette.far, palette.near, 0.25), bottom=horizon)
    _houses(d, horizon, palette, left=-20, right=d.width * 0.6, lit=lit)
    d.box(0, horizon - 12, d.width * 0.64, horizon + 14, mix(palette.near, palette.far, 0.25))
    d.water(horizon + 12, palette.near, mix(palette.far, palette.sky[-1], 0.5), palette.light)
    d.mirror(horizon + 12, 300, palette.far)
    for x, y, size in ((0.2, 0.7, 90), (0.46, 0.66, 70), (0.68, 0.76, 130), (0.88, 0.64, 62)):
        hull = mix(palette.near, d.rng.choice(["#8c2f39", "#1b4b5a", "#d9a441", "#2f5d3a"]), 0.5)
        _boat(d, d.width * x, d.height * y, size, hull, mix(palette.light, palette.far, 0.3))
    if palette is FOG:
        d.haze(horizon - 260, horizon + 260, "#dfe2e0", 0.75)


def bridge(d: Drawing) -> None:
    palette, deck = NOON, d.height * 0.5
    water = d.height * 0.66
    _sky(d, palette, water, sun=0.3)
    d.ridge(water - 60, 46, "#4d7a62", bottom=water)
    _houses(d, water - 6, palette, left=-10, right=d.width * 0.2, lit=0.05)
    d.water(water, palette.near, "#8db6bd", "#ffffff")
    steel, shade = "#27414f", "#3f6170"
    d.box(0, deck, d.width, deck + 20, steel)
    for panel in range(16):
        left, right = d.width * panel / 16, d.width * (panel + 1) / 16
        rise = 150 * max(0.18, 1 - abs(panel - 7.5) / 8)
        following = 150 * max(0.18, 1 - abs(panel - 6.5) / 8)
        d.line([(left, deck), (right, deck - following)], shade, 6)
        d.line([(left, deck - rise), (right, deck - following)], steel, 9)
        d.line([(left, deck), (left, deck - rise)], steel, 7)
    for x, wide in ((0.5, 84), (0.06, 60), (0.95, 60)):
        d.polygon(
            [
                (d.width * x - wide, deck + 18),
                (d.width * x + wide, deck + 18),
                (d.width * x + wide * 1.25, water + 50),
                (d.width * x - wide * 1.25, water + 50),
            ],
            "#8a8578",
        )
        for row in range(6):
            y = deck + 34 + row * 34
            d.line([(d.width * x - wide * 1.1, y), (d.width * x + wide * 1.1, y)], "#6d695f", 2)
    d.mirror(water + 30, 260, palette.near, 0.5)


def ferry(d: Drawing, palette: Palette, *, lit: bool = False) -> None:
    horizon = d.height * 0.5
    _sky(d, palette, horizon, sun=0.24)
    d.ridge(horizon - 30, 40, mix(palette.far, palette.near, 0.3), bottom=horizon + 2)
    d.water(horizon, palette.near, mix(palette.far, palette.sky[-1], 0.4), palette.light, 420)
    x, y = d.width * 0.54, d.height * 0.68
    green, white = ("#1d5c4b", "#f4efe2") if not lit else ("#123a35", "#cdb79a")
    d.polygon([(x - 380, y - 90), (x + 430, y - 104), (x + 330, y + 24), (x - 310, y + 24)], green)
    d.polygon([(x - 366, y - 64), (x + 406, y - 78), (x + 396, y - 66), (x - 360, y - 52)], white)
    d.box(x - 250, y - 190, x + 230, y - 92, white, 8)
    d.box(x - 90, y - 262, x + 110, y - 190, mix(white, green, 0.12), 8)
    for window in range(9):
        d.box(x - 226 + window * 50, y - 170, x - 192 + window * 50, y - 128, "#ffd27a" if lit else "#3b5d70", 4)
    for window in range(4):
        d.box(x - 74 + window * 46, y - 246, x - 44 + window * 46, y - 214, "#ffd27a" if lit else "#3b5d70", 4)
    d.box(x + 132, y - 286, x + 184, y - 190, "#b5462f", 5)
    d.box(x + 132, y - 268, x + 184, y - 250, white)
    _mast(d, x - 130, y - 190, 150, "#2a2a2a")
    for step in range(16):
        d.oval(
            x + 150 - step * 6, y - 300 - step * 12, 10 + step * 2.4, 7 + step * 1.6, mix(palette.sky[1], white, 0.3)
        )
    for streak in range(34):
        start = x - 330 - d.rng.uniform(0, 520)
        d.line(
            [(start, y + 8 + streak * 3), (start + d.rng.uniform(80, 320), y + 8 + streak * 3)],
            mix(white, palette.far, 0.35),
            3,
        )
    d.mirror(y + 24, 150, palette.near, 0.35)


def regatta(d: Drawing) -> None:
    palette, horizon = DAWN, d.height * 0.36
    _sky(d, palette, horizon, sun=0.5)
    d.ridge(horizon - 10, 26, "#46566e", bottom=horizon + 2)
    d.water(horizon, "#2c4a6b", "#e9c6a8", "#fff3dc", 520)
    for lane, (y, x, size) in enumerate(((0.5, 0.62, 0.55), (0.63, 0.4, 0.8), (0.82, 0.56, 1.15))):
        top, left = d.height * y, d.width * x
        hull = ("#7a2431", "#1c3c5a", "#22382b")[lane]
        d.polygon(
            [
                (left - 420 * size, top - 4),
                (left + 430 * size, top - 6),
                (left + 380 * size, top + 12 * size),
                (left - 380 * size, top + 12 * size),
            ],
            hull,
        )
        for seat in range(8):
            px = left - 270 * size + seat * 72 * size
            d.line([(px + 10 * size, top), (px - 46 * size, top + 40 * size)], "#f3e7d0", 4 * size)
            d.oval(px - 48 * size, top + 42 * size, 13 * size, 4 * size, hull)
            d.polygon(
                [
                    (px - 12 * size, top),
                    (px + 16 * size, top),
                    (px + 26 * size, top - 44 * size),
                    (px + 6 * size, top - 46 * size),
                ],
                "#20242f",
            )
            d.oval(px + 20 * size, top - 56 * size, 11 * size, 12 * size, "#3a2c2a")
            d.line([(px + 16 * size, top - 34 * size), (px - 20 * size, top - 18 * size)], "#2b2d38", 6 * size)
        d.oval(left + 330 * size, top - 30 * size, 10 * size, 11 * size, "#2a1f1e")
        d.box(left + 318 * size, top - 22 * size, left + 344 * size, top, "#b5462f", 5)


def storm(d: Drawing) -> None:
    d.gradient(0, d.height, ["#20262f", "#3c4753", "#6d7a80", "#8d9a98"])
    for _cloud in range(46):
        d.glow(
            d.rng.uniform(0, d.width),
            d.rng.uniform(-40, 420),
            d.rng.uniform(120, 330),
            d.rng.choice(["#161b22", "#56616a", "#2a323b"]),
            0.5,
        )
    for layer in range(7):
        y = d.height * (0.5 + layer * 0.075)
        tone = mix("#6f8a8c", "#0f2a33", layer / 6)
        d.waves(y, 20 + layer * 7, 340 + layer * 120, tone)
        for _fleck in range(26):
            x = d.rng.uniform(0, d.width)
            d.line(
                [(x, y - d.rng.uniform(0, 30)), (x + d.rng.uniform(20, 90), y - d.rng.uniform(0, 34))],
                mix(tone, "#f1f4ee", 0.55),
                2 + layer * 0.4,
            )
    x, y = d.width * 0.74, d.height * 0.64
    d.glow(x, y, 300, "#dfe8e6", 0.55)
    for _drop in range(700):
        angle = d.rng.gauss(-math.pi / 2, 0.6)
        far = abs(d.rng.gauss(0, 150))
        d.dot(x + far * math.cos(angle) * 1.5, y + 40 + far * math.sin(angle), d.rng.uniform(0.8, 3.4), "#eef2ef")
    for _line in range(420):
        x, y = d.rng.uniform(-100, d.width), d.rng.uniform(-50, d.height)
        d.line([(x, y), (x + 26, y + 62)], "#9aa7aa", 0.6)


def lighthouse(d: Drawing) -> None:
    palette, horizon = DUSK, d.height * 0.7
    _sky(d, palette, horizon, sun=0.2)
    d.water(horizon, palette.near, "#9d6076", palette.light)
    d.mirror(horizon, 200, palette.far, 0.3)
    x, lamp = d.width * 0.68, d.height * 0.24
    d.polygon([(x, lamp), (-40, lamp - 150), (-40, lamp + 40)], mix(palette.light, palette.sky[1], 0.72))
    d.glow(x, lamp, 260, "#fff3c9", 0.95)
    d.polygon(
        [
            (x - 360, d.height),
            (x - 210, horizon - 40),
            (x - 60, horizon - 84),
            (x + 150, horizon - 70),
            (x + 330, horizon + 10),
            (d.width, horizon + 60),
            (d.width, d.height),
        ],
        "#15172a",
    )
    d.polygon([(x - 34, lamp + 44), (x + 34, lamp + 44), (x + 58, horizon - 60), (x - 58, horizon - 60)], "#e9dcc9")
    for band in range(3):
        top = lamp + 100 + band * 118
        d.polygon(
            [
                (x - 39 - band * 6, top),
                (x + 39 + band * 6, top),
                (x + 43 + band * 6, top + 56),
                (x - 43 - band * 6, top + 56),
            ],
            "#a93f45",
        )
    d.box(x - 44, lamp + 34, x + 44, lamp + 46, "#23243a")
    d.box(x - 24, lamp - 22, x + 24, lamp + 34, "#ffeeb0", 4)
    d.polygon([(x - 32, lamp - 20), (x, lamp - 58), (x + 32, lamp - 20)], "#23243a")


def seals(d: Drawing) -> None:
    d.gradient(0, 400, ["#8fb3c4", "#c9d8d8", "#ece4d2"])
    d.ridge(384, 16, "#7b93a0", bottom=400)
    d.gradient(392, 520, ["#5d8794", "#9dbab8"])
    d.gradient(516, d.height, ["#cdb898", "#b39a76", "#8d7656"])
    for row in range(50):
        y = 530 + row * row * 0.22
        x = d.rng.uniform(-100, d.width)
        d.line([(x, y), (x + d.rng.uniform(80, 400), y + 4)], mix("#a98f6b", "#e6d6b8", d.rng.random()), 2)
    herd = [
        (0.18, 560, 0.5),
        (0.4, 580, 0.55),
        (0.83, 590, 0.6),
        (0.62, 650, 0.85),
        (0.24, 730, 1.1),
        (0.72, 860, 1.55),
    ]
    for x, y, size in herd:
        cx = d.width * x
        coat = d.rng.choice(["#4e535a", "#6b6d6c", "#8b867b", "#3f444c"])
        d.oval(cx + 10, y + 46 * size, 190 * size, 14 * size, "#7f6a4d")
        d.oval(cx, y, 170 * size, 50 * size, coat)
        d.polygon(
            [
                (cx + 130 * size, y - 20 * size),
                (cx + 238 * size, y - 46 * size),
                (cx + 214 * size, y + 4 * size),
                (cx + 236 * size, y + 40 * size),
                (cx + 120 * size, y + 30 * size),
            ],
            coat,
        )
        d.oval(cx - 150 * size, y - 34 * size, 60 * size, 46 * size, coat)
        d.oval(cx - 192 * size, y - 26 * size, 30 * size, 23 * size, mix(coat, "#d8d0c0", 0.25))
        d.oval(cx - 168 * size, y - 50 * size, 7 * size, 8 * size, "#14161a")
        d.oval(cx - 214 * size, y - 34 * size, 8 * size, 6 * size, "#14161a")
        d.oval(cx - 10 * size, y + 22 * size, 140 * size, 24 * size, mix(coat, "#d8d0c0", 0.3))
        for _spot in range(16):
            d.dot(
                cx + d.rng.uniform(-90, 130) * size,
                y + d.rng.uniform(-36, 6) * size,
                d.rng.uniform(3, 8) * size,
                mix(coat, "#15171b", 0.4),
            )


def marsh(d: Drawing) -> None:
    horizon = d.height * 0.46
    d.gradient(0, horizon, ["#8ea6c4", "#c6cfdd", "#f0dccf", "#fbeede"])
    d.glow(d.width * 0.36, horizon - 30, 420, "#fff6e6", 0.9)
    d.ridge(horizon - 4, 18, "#8d9bb0", bottom=horizon + 4)
    d.gradient(horizon, d.height, ["#c9ced2", "#9aa79b", "#5e6d5e"])
    d.polygon(
        [
            (700, horizon + 2),
            (740, horizon + 2),
            (900, 640),
            (640, 790),
            (1080, d.height),
            (300, d.height),
            (420, 800),
            (760, 640),
        ],
        "#b9c7d6",
    )
    d.polygon(
        [
            (722, horizon + 4),
            (734, horizon + 4),
            (850, 640),
            (560, 800),
            (860, d.height),
            (480, d.height),
            (470, 810),
            (790, 640),
        ],
        "#e3e0df",
    )
    for _reed in range(900):
        near = d.rng.random() ** 1.4
        y = horizon + 20 + near * (d.height - horizon)
        x = d.rng.uniform(0, d.width)
        if 0.26 < x / d.width < 0.6 and near > 0.15:
            continue
        tall = 14 + 110 * near
        lean = d.rng.uniform(-0.2, 0.3) * tall
        d.line(
            [(x, y), (x + lean * 0.4, y - tall * 0.6), (x + lean, y - tall)],
            mix("#b7a888", d.rng.choice(["#f2ece2", "#6c6a4c", "#8a7f5e"]), 0.7),
            1 + 2.5 * near,
        )
    d.haze(horizon - 90, horizon + 150, "#f5ece4", 0.6)
    for bird in range(9):
        x, y = 900 + bird * 42 + (bird % 2) * 12, 190 + abs(bird - 4) * 22
        d.line([(x - 16, y - 6), (x, y + 4), (x + 16, y - 6)], "#4d5666", 3)
