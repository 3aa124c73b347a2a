"""What an operator supplies: organisations, servers, checks, … each declared once, without I/O."""
