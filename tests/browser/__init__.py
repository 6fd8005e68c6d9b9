"""A package, so that its site and its browser stop with its last test.

Playwright's event loop runs in the tests' own thread, where others want none.
"""
