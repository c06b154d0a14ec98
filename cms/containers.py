"""Picture files as chains of chunks: what is picture stays byte for byte, what tells about its making goes. Pure.

JPEG and AVIF are not here: their pictures are decoded and encoded again, see cms/images.py.
"""

import struct
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# https://www.w3.org/TR/png-3/#11Chunks: pixels, colours and transparency; no text, time or EXIF, and no
# animation, since Willow reads no animated PNG: the still picture remains.
_PNG_PICTURE = frozenset(b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs".split())
# https://developers.google.com/speed/webp/docs/riff_container
_WEBP_PICTURE = frozenset([b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"])
_WEBP_EXIF_AND_XMP_FLAGS = 0b0000_1100
# https://www.w3.org/Graphics/GIF/spec-gif89a.txt; the applications are the two names of "repeat" and the ICC profile.
_GIF_APPLICATIONS = frozenset([b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"])


def png_without_metadata(data: bytes) -> bytes:
    """The PNG `data` with the chunks that make up the picture.

    Raises:
        ValueError: the file breaks off or is no PNG.
    """
    if not data.startswith(PNG_SIGNATURE):
        raise ValueError("not a PNG file")
    kept, at = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while True:
        length, kind = struct.unpack(">I4s", _slice(data, at, 8))
        chunk = _slice(data, at, length + 12)
        if kind in _PNG_PICTURE:
            kept.append(chunk)
        at += len(chunk)
        if kind == b"IEND":
            return b"".join(kept)


def webp_without_metadata(data: bytes) -> bytes:
    """The WebP `data`, still or animated, with the chunks that make up the picture.

    Raises:
        ValueError: the file breaks off or is no WebP.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("not a WebP file")
    end = min(len(data), int.from_bytes(data[4:8], "little") + 8)
    kept = [bytearray(chunk) for kind, chunk in _riff_chunks(data, 12, end) if kind in _WEBP_PICTURE]
    for chunk in kept:
        if chunk[:4] == b"VP8X":
            chunk[8] &= ~_WEBP_EXIF_AND_XMP_FLAGS & 0xFF
    picture = b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(picture) + 4) + b"WEBP" + picture


def _riff_chunks(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while at < end:
        kind, length = struct.unpack("<4sI", _slice(data, at, 8))
        content = _slice(data, at + 8, length)
        padding = b"\0" * (length % 2)
        yield kind, kind + struct.pack("<I", length) + content + padding
        at += 8 + length + len(padding)


def gif_without_metadata(data: bytes) -> bytes:
    """The GIF `data` with its frames, their timing and its repetition; without comments, XMP and what follows the end.

    Raises:
        ValueError: the file breaks off or is no GIF.
    """
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        raise ValueError("not a GIF file")
    at = 13 + _colour_table_size(_slice(data, 10, 1)[0])
    kept = [_slice(data, 0, at)]
    while True:
        introducer = _slice(data, at, 1)
        if introducer == b";":
            return b"".join([*kept, b";"])
        if introducer == b",":
            start_of_blocks = at + 11 + _colour_table_size(_slice(data, at + 9, 1)[0])
            keep = True
        elif introducer == b"!":
            start_of_blocks = at + 2
            label = _slice(data, at + 1, 1)[0]
            keep = label == 0xF9 or (label == 0xFF and data[at + 3 : at + 14] in _GIF_APPLICATIONS)
        else:
            raise ValueError("the file is damaged")
        end = _end_of_blocks(data, start_of_blocks)
        if keep:
            kept.append(data[at:end])
        at = end


def _colour_table_size(flags: int) -> int:
    return 3 << ((flags & 0b111) + 1) if flags & 0b1000_0000 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    while length := _slice(data, at, 1)[0]:
        at += 1 + length
    return at + 1


def _slice(data: bytes, at: int, length: int) -> bytes:
    found = data[at : at + length]
    if len(found) < length:
        raise ValueError("the file breaks off")
    return found
