"""What browsers reach: pages and REST (http), the socket (socket)."""
