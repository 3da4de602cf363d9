"""Websockets: frames, sessions, topics. It decides nothing: the rooms' rules do, and the log keeps."""
