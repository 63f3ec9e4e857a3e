"""Where a voxel lies, and how much two of them share: geometry alone."""
