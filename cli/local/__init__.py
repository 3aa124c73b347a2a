"""What commands do on the system of this folder: by its database."""
