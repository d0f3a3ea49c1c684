"""What can be asked of the service; each decides by the domain's rules and keeps its decision in one transaction."""
