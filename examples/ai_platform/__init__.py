"""An AI platform for Baton, played with real dialogues: the smallest complete client of baton.conversation.v1.PlatformService."""
