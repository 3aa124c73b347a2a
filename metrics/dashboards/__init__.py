"""Grafana's dashboards, as code; `build` makes their JSON, which is committed under docker/grafana/."""
