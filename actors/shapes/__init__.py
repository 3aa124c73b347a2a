"""The shapes that nearly every service has, each written once."""
