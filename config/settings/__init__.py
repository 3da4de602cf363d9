"""Settings, one way of running a module: embedded (./dev), production, test. What all share is in shared."""
