"""What Prometheus records and alerts on, as code; `files` writes it for Prometheus."""
