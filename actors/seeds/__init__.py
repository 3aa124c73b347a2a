"""What the two products say of their own services, line by line, and which tests cover what."""
