"""The audit: who did what to the company's own things, as a chain on the log in which nothing can be changed unseen."""
