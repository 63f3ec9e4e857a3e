"""The numerics: pure numpy and scipy, no Qt, no socket, no clock."""
