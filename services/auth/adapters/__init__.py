"""What the ports are made of: MongoDB, argon2, EdDSA, a count of logins in memory."""
