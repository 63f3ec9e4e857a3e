"""What a protocol says: settings, site rules, blinding, presets."""
