"""[public] Which server process holds open connections of which members. What state they are in is the service's."""
