"""The memory's page: search, sessions, timeline, facts, journal, import and figures in a browser.

Static files and nothing else: what they show comes over the routes of ``mnemos.serve.rest``.
"""
