"""The smallest bot that keeps the contract: it answers from a list, and asks for a human when it does not know."""
