"""Who the customer is: tenants, their people, and the walls between them. Tables in the public schema."""
