"""Sending deliveries: taken in batches, requested by threads that know no database, noted in batches."""
