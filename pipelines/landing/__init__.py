"""Deliveries as they arrived, never altered."""
