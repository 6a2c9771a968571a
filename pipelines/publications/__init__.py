"""The pages and copies that people open: about deliveries, months and versions."""
