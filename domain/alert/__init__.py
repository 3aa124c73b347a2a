"""The engine's own alerts: what is wrong now, by rules without input or output."""
