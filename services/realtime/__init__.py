"""The gateway: pages, REST and socket on one port; what happens is pushed to browsers as it happens."""
