"""Who has to agree to something about a ticket, who was asked, what came of it. What it takes is said by its type."""
