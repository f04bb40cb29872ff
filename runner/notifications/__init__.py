"""Notifications: tells people outside of the runner what they would want to know, once.

`look.py` finds news in the ledger, which keeps them for each recipient until they are told; `turns.py` decides what
goes next, `wording.py` words it, `sending.py` sends it; `office.py` puts these together.
"""
