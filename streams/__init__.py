"""Getting transients from anywhere to anyone without losing one."""
