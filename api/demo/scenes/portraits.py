"""Heads and shoulders."""

from api.demo.drawing import Colour, Drawing, mix


def portrait(d: Drawing, *, back: Colour, skin: Colour, hair: Colour, coat: Colour, wears: str) -> None:
    """A head and shoulders in flat shapes; `wears` is cap, ponytail, hat, glasses or bun."""
    middle = d.width / 2
    d.gradient(0, d.height, [mix(back, "#ffffff", 0.4), back])
    d.glow(middle, 640, 620, mix(back, "#ffffff", 0.7), 0.8)
    shade = mix(skin, "#5a2a1a", 0.25)
    if wears == "ponytail":
        d.oval(middle + 250, 760, 90, 250, hair)
    if wears == "bun":
        d.oval(middle, 300, 120, 110, hair)
    d.oval(middle, 640, 290 if wears != "hat" else 262, 330, hair)
    d.box(middle - 100, 800, middle + 100, 1120, shade, 60)
    d.polygon(
        [
            (middle - 470, 1600),
            (middle - 400, 1200),
            (middle - 110, 1070),
            (middle + 110, 1070),
            (middle + 400, 1200),
            (middle + 470, 1600),
        ],
        coat,
    )
    d.polygon([(middle - 120, 1066), (middle, 1260), (middle + 120, 1066)], skin)
    d.line([(middle - 124, 1066), (middle, 1270), (middle + 124, 1066)], mix(coat, "#000000", 0.35), 22)
    for button in range(3):
        d.oval(middle, 1340 + button * 90, 13, 13, mix(coat, "#ffffff", 0.5))
    d.oval(middle, 690, 232, 300, skin)
    for side in (-1, 1):
        d.oval(middle + side * 236, 700, 34, 62, skin)
        d.oval(middle + side * 96, 680, 22, 26, "#2a211d")
        d.oval(middle + side * 90, 672, 7, 8, "#ffffff")
        d.line(
            [(middle + side * 52, 616), (middle + side * 96, 600), (middle + side * 144, 618)],
            mix(hair, "#1a1210", 0.4),
            15,
        )
        d.oval(middle + side * 140, 790, 46, 32, mix(skin, "#d0503a", 0.22))
    d.line([(middle + 4, 690), (middle + 28, 778), (middle - 12, 786)], shade, 11)
    d.line(
        [(middle - 78, 860), (middle - 20, 884), (middle + 40, 882), (middle + 84, 852)], mix(skin, "#7a1f1f", 0.65), 13
    )
    fringe = [
        (middle - 250, 660),
        (middle - 210, 470),
        (middle, 400),
        (middle + 210, 470),
        (middle + 250, 660),
        (middle + 150, 540),
        (middle - 40, 510),
        (middle - 170, 560),
    ]
    d.polygon(fringe, hair)
    if wears == "cap":
        d.box(middle - 270, 380, middle + 270, 520, "#1d2a44", 70)
        d.oval(middle, 400, 290, 110, "#243454")
        d.box(middle - 290, 496, middle + 290, 546, "#10182b", 26)
        d.oval(middle, 450, 34, 34, "#d9a441")
    elif wears == "hat":
        d.box(middle - 230, 330, middle + 230, 520, "#fbf7ee", 40)
        for puff in range(5):
            d.oval(middle - 200 + puff * 100, 310, 92, 96, "#f4eee0" if puff % 2 else "#fffdf6")
        d.box(middle - 240, 470, middle + 240, 530, "#ece3d0", 12)
    elif wears == "glasses":
        for side in (-1, 1):
            d.arc(middle + side * 98, 684, 72, 0, 360, "#23201e", 11)
        d.line([(middle - 28, 676), (middle + 28, 676)], "#23201e", 10)
