"""One session judged: criteria, response measures, and what a report draws."""
