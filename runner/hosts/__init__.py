"""Hosts that share a ledger: how each lives, holds the lanes of its phones, hears of work, and who leads."""
