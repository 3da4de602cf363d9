"""Rules and macros as a section of the settings: what they follow, ask and do, as forms have it."""
