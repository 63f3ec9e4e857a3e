"""Programs that yield messages: one file per place where transients come from."""
