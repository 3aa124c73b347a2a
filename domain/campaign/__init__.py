"""Mail campaigns: who gets what, how the text is made, and how somebody asks for no more of it."""
