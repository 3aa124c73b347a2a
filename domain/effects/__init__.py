"""What services do to the world outside, and what holds them back."""
