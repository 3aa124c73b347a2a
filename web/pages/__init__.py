"""The pages for operators: one file each, with the template of the same name."""
