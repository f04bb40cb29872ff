"""Virtual phones: a process that speaks the real adb and uiautomator2 protocols, for rehearsal and for tests.

This package imports nothing of the runner; the runner meets it only over TCP, as it meets a phone.
"""
