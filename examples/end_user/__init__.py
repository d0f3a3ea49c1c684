"""The end user's page: a small web chat, so that one person with two windows sees the whole product."""
