"""What keys, menu and mouse do: each owned by the window that lends itself to it."""
