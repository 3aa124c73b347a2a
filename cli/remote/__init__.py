"""What commands do on a system that runs elsewhere: by its HTTP interface."""
