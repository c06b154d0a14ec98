"""Pictures drawn with gradients and layered shapes."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = str | tuple[int, int, int]
Point = tuple[float, float]

_SCALE = 2
"""Everything is drawn larger and then reduced, which smooths the edges."""


def rgb(colour: Colour) -> tuple[int, int, int]:
    if isinstance(colour, tuple):
        return colour
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> tuple[int, int, int]:
    """`one` with this share, from 0 to 1, of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return red, green, blue


class Drawing:
    """A sheet of `width` x `height` points, with its own seeded chance."""

    def __init__(self, width: int, height: int, seed: str) -> None:
        self.width, self.height = width, height
        self.rng = random.Random(seed)
        self.image = Image.new("RGB", (width * _SCALE, height * _SCALE))
        self._pen = ImageDraw.Draw(self.image)

    def gradient(self, top: float, bottom: float, colours: Sequence[Colour]) -> None:
        """Fill the band between two heights with colours that run into each other."""
        strip = Image.new("RGB", (1, len(colours)))
        for place, colour in enumerate(colours):
            strip.putpixel((0, place), rgb(colour))
        rows = max(1, round((bottom - top) * _SCALE))
        # Half a pixel of the strip would stay flat at either end.
        edge = 0.5 if len(colours) > 1 else 0
        strip = strip.resize((1, rows), Image.Resampling.BILINEAR, box=(0, edge, 1, len(colours) - edge))
        self.image.paste(strip.resize((self.image.width, rows)), (0, round(top * _SCALE)))

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self._pen.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=rgb(colour))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, radius: float = 0) -> None:
        corners = (left * _SCALE, top * _SCALE, max(left, right) * _SCALE, max(top, bottom) * _SCALE)
        self._pen.rounded_rectangle(corners, radius * _SCALE, fill=rgb(colour))

    def oval(self, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        """An ellipse around a point, with half its width and half its height."""
        self._pen.ellipse(
            ((x - wide) * _SCALE, (y - high) * _SCALE, (x + wide) * _SCALE, (y + high) * _SCALE), fill=rgb(colour)
        )

    def dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x, y, radius, radius, colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: Colour, width: float) -> None:
        box = ((x - radius) * _SCALE, (y - radius) * _SCALE, (x + radius) * _SCALE, (y + radius) * _SCALE)
        self._pen.arc(box, start, end, fill=rgb(colour), width=round(width * _SCALE))

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._pen.line(scaled, fill=rgb(colour), width=max(1, round(width * _SCALE)), joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Light that fades from a point outwards."""
        size = round(radius * 2 * _SCALE)
        light = ImageChops.invert(Image.radial_gradient("L")).point(
            lambda value: round(max(0, (value - 70) / 185) ** 2 * 255 * strength)
        )
        spot = (round((x - radius) * _SCALE), round((y - radius) * _SCALE))
        self.image.paste(rgb(colour), (*spot, spot[0] + size, spot[1] + size), light.resize((size, size)))

    def ridge(self, base: float, rise: float, colour: Colour, *, rough: float = 0.55, bottom: float = 0) -> list[Point]:
        """A skyline of hills around the height `base`; returns its points."""
        heights = [self.rng.uniform(-1, 1) * rise, self.rng.uniform(-1, 1) * rise]
        spread = rise
        for _step in range(6):
            finer = []
            for one, other in pairwise(heights):
                finer += [one, (one + other) / 2 + self.rng.uniform(-spread, spread) / 2]
            heights = [*finer, heights[-1]]
            spread *= rough
        points = [(self.width * place / (len(heights) - 1), base - high) for place, high in enumerate(heights)]
        floor = bottom or self.height
        self.polygon([(0, floor), *points, (self.width, floor)], colour)
        return points

    def waves(self, base: float, swell: float, length: float, colour: Colour, *, phase: float | None = None) -> None:
        """Everything below a wavy line."""
        start = self.rng.uniform(0, math.tau) if phase is None else phase
        points = []
        for step in range(0, self.width + 9, 8):
            turn = step / length * math.tau + start
            points.append((float(step), base - swell * (math.sin(turn) + 0.4 * math.sin(turn * 2.3 + 1))))
        self.polygon([(0, self.height), *points, (self.width, self.height)], colour)

    def water(self, top: float, near: Colour, far: Colour, sparkle: Colour, count: int = 260) -> None:
        """Water from `top` to the lower edge, with light on it."""
        self.gradient(top, self.height, [far, near])
        depth = self.height - top
        for _glint in range(count):
            nearness = self.rng.random() ** 1.6
            y = top + 4 + nearness * (depth - 6)
            long = 8 + 90 * nearness * self.rng.random()
            x = self.rng.uniform(-20, self.width)
            tone = mix(mix(far, near, nearness), sparkle, self.rng.uniform(0.12, 0.5))
            self.line([(x, y), (x + long, y)], tone, 1 + 2.2 * nearness)

    def mirror(self, line: float, depth: float, tint: Colour, strength: float = 0.45) -> None:
        """Reflect what stands above `line` in the water below it."""
        rows = round(depth * _SCALE)
        top = round(line * _SCALE)
        above = self.image.crop((0, top - rows, self.image.width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        above = above.reduce(4).filter(ImageFilter.BoxBlur(3)).resize((self.image.width, rows))
        above = Image.blend(above, Image.new("RGB", above.size, rgb(tint)), 0.3)
        fade = Image.linear_gradient("L").resize((1, rows)).point(lambda value: round((255 - value) * strength))
        self.image.paste(above, (0, top), fade.resize((self.image.width, rows)))

    def haze(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """Mist that is thickest in the middle of a band."""
        rows = round((bottom - top) * _SCALE)
        mask = (
            Image.linear_gradient("L")
            .resize((1, rows))
            .point(lambda value: round(math.sin(value / 255 * math.pi) * 255 * strength))
        )
        spot = (0, round(top * _SCALE), self.image.width, round(top * _SCALE) + rows)
        self.image.paste(rgb(colour), spot, mask.resize((self.image.width, rows)))

    def finished(self, *, grain: float = 0.04) -> Image.Image:
        """The picture in its proper size, a little darker at the corners and a little grainy."""
        picture = self.image.reduce(_SCALE)
        corners = Image.radial_gradient("L").point(lambda value: round(max(0, value - 130) * 0.4))
        picture.paste((10, 12, 22), (0, 0), corners.resize(picture.size))
        # Pillow's own noise takes no seed.
        coarse = (picture.width // 2, picture.height // 2)
        noise = Image.frombytes("L", coarse, self.rng.randbytes(coarse[0] * coarse[1])).resize(picture.size)
        return Image.blend(picture, Image.merge("RGB", [noise] * 3), grain) if grain else picture
