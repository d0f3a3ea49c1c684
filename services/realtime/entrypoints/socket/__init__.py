"""The socket: upgrade, frames in, frames out."""
