"""What follows from our copy of directories: groups filled, services known, logins followed, copies kept."""
