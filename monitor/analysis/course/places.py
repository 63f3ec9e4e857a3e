"""Which epochs of a session lie in one place.

A voxel that has been moved holds another tissue: `epoch_offset` says what that may do.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Places:
    """Epochs by place; one owner, the `Course`.

    `begins` has the epochs that lie elsewhere than the one before them, by the voxel's
    place in the headers or by what the coils see of it.
    """

    begins: set[int] = field(default_factory=set)

    def apart(self, one: int, other: int) -> bool:
        """Whether two epochs lie in different places, as far as is known."""
        low, high = sorted((one, other))
        return any(low < epoch <= high for epoch in self.begins)
