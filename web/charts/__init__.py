"""Pictures drawn on the server as SVG: text that a test can read, coloured by the style sheet."""
