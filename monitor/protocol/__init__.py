"""Protocols: settings, site rules, blinding, presets."""
