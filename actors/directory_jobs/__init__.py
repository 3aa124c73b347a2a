"""Jobs of directories: what people order for users, groups and units, and how each is carried out."""
