"""What tests across processes are made of: whole stacks, proxies, replica sets, clients."""
