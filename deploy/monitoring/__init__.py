"""What Prometheus and Grafana are told: rules and dashboards, written from short tables so that all are of one kind."""
