"""The four services of Baton; each imports only itself, the kit and the contracts."""
