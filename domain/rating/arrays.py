"""The types of columns. numpy is imported where it is used: who does not rate does not load it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]

#: "None" in a column of places or ids.
NONE = -1
#: The end of what has no end, in seconds.
NEVER = 2**62
