"""The conformance kit: plays Baton, the user and the model to a platform's connector, and says what a real user would see go wrong.

python -m baton_sdk.conformance --connector your_module:your_factory
"""

from baton_sdk.conformance.connector import Connector, HandOff, Piece, Resolved, World

__all__ = ["Connector", "HandOff", "Piece", "Resolved", "World"]
