"""Real pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import skimage

Array = np.ndarray[Any, Any]


def tiles(*names: str, side: int = 32) -> Array:
    """Real pixels: photographs that scikit-image ships, cut into squares, shuffled; uint8 (n, side, side, 3)."""
    found = []
    for name in names or ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg"):
        picture = skimage.io.imread(Path(skimage.__file__).parent / "data" / name)[..., :3]
        rows, columns = (size // side for size in picture.shape[:2])
        cut = picture[: rows * side, : columns * side].reshape(rows, side, columns, side, 3)
        found.append(np.moveaxis(cut, 1, 2).reshape(-1, side, side, 3))
    return np.random.default_rng(0).permutation(np.concatenate(found))


PHOTOGRAPHS = tiles()
