"""How servers are read and checks are made, for the services of monitoring and for *test connection*."""
