"""`./dev replay`: plays recorded dialogues over real sockets, then looks for what was lost. An outside client only."""
