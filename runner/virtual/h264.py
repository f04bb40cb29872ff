"""Pictures as H.264, the simplest that there is: every one stands for itself, and its pixels are not compressed.

The syntax is that of ITU-T H.264: profile Baseline, CAVLC, one slice a picture, all macroblocks I_PCM. Luma and chroma
are of video range, so that no byte of a macroblock is 0 and none has to be escaped.
"""

from functools import lru_cache

from PIL import Image

BASELINE, LEVEL = 66, 51
_CONSTRAINTS = 0xC0
_SEQUENCE, _PICTURE, _IDR_SLICE = 0x67, 0x68, 0x65
_BLOCK = 16
_I_PCM = 25
_NEXT_I_PCM = b"\x0d\x00"
"""The type of every macroblock but the first one, filled up with zero bits."""


class _Bits:
    """Bits in the order in which they are written."""

    def __init__(self) -> None:
        self._text = ""

    def fixed(self, value: int, count: int) -> None:
        self._text += f"{value:0{count}b}"

    def golomb(self, *values: int) -> None:
        """Exp-Golomb codes; a 0 is the same with a sign and without."""
        for value in values:
            code = f"{value + 1:b}"
            self._text += "0" * (len(code) - 1) + code

    def aligned(self) -> bytes:
        """All of them, and zero bits up to a whole byte."""
        padded = self._text + "0" * (-len(self._text) % 8)
        return int(padded, 2).to_bytes(len(padded) // 8, "big")

    def ended(self) -> bytes:
        """All of them, with the stop bit."""
        self._text += "1"
        return self.aligned()


def sequence_set(width: int, height: int) -> bytes:
    """The unit that tells the size, in pixels: even numbers."""
    across, down = -(-width // _BLOCK), -(-height // _BLOCK)
    right, bottom = across * _BLOCK - width, down * _BLOCK - height
    bits = _Bits()
    bits.golomb(0, 0, 2, 1)  # its number, bits of frame numbers, order of pictures, reference frames
    bits.fixed(0, 1)
    bits.golomb(across - 1, down - 1)
    bits.fixed(0b11, 2)
    bits.fixed(int(bool(right or bottom)), 1)
    if right or bottom:
        bits.golomb(0, right // 2, 0, bottom // 2)
    bits.fixed(0, 1)
    return _unit(_SEQUENCE, bytes([BASELINE, _CONSTRAINTS, LEVEL]) + bits.ended())


def picture_set() -> bytes:
    bits = _Bits()
    bits.golomb(0, 0)
    bits.fixed(0, 2)
    bits.golomb(0, 0, 0)
    bits.fixed(0, 3)
    bits.golomb(0, 0, 0)
    bits.fixed(0b100, 3)
    return _unit(_PICTURE, bits.ended())


def encode(image: Image.Image, number: int) -> bytes:
    """The unit of a picture, of the size that the sequence set tells. `number` is its place among all."""
    across, down = -(-image.width // _BLOCK), -(-image.height // _BLOCK)
    whole = image.crop((0, 0, across * _BLOCK, down * _BLOCK)).convert("YCbCr")
    luma, blue, red = whole.split()
    planes = (
        (luma.point(_levels(219)).tobytes(), across * 16, 16),
        (blue.reduce(2).point(_levels(224)).tobytes(), across * 8, 8),
        (red.reduce(2).point(_levels(224)).tobytes(), across * 8, 8),
    )
    bits = _Bits()
    bits.golomb(0, 7, 0)  # first macroblock, all intra, picture set
    bits.fixed(0, 4)
    bits.golomb(number % 2)
    bits.fixed(0, 2)
    bits.golomb(0, 1, _I_PCM)  # quantiser, no deblocking, first macroblock
    blocks = (
        b"".join(_block(plane, stride, side, row, column) for plane, stride, side in planes)
        for row in range(down)
        for column in range(across)
    )
    return bytes([_IDR_SLICE]) + _escaped(bits.aligned()) + _NEXT_I_PCM.join(blocks) + b"\x80"


def _block(plane: bytes, stride: int, side: int, row: int, column: int) -> bytes:
    start = row * side * stride + column * side
    return b"".join(plane[at : at + side] for at in range(start, start + side * stride, stride))


@lru_cache(maxsize=4)
def _levels(span: int) -> list[int]:
    return [16 + level * span // 255 for level in range(256)]


def _unit(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + _escaped(content)


def _escaped(content: bytes) -> bytes:
    """A 3 after every two zeros that a decoder could take for the start of a unit."""
    out = bytearray()
    zeros = 0
    for byte in content:
        if zeros == 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)
