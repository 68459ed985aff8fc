"""A memory in front of an OpenAI-compatible endpoint: an application changes one base URL.

A request for a chat completion is answered in five steps, one a file:

- ``thread``   which conversation does it go on with? The protocol names none: what was said does.
- ``ledger``   what did earlier calls of that conversation show, so that it stands there again?
- ``recall``   what does the memory know that the prompt does not show yet?
- ``prompt``   where does it stand, so that the prompt only grows and a prefix cache serves it?
- ``replies``  what did the model answer, read from a copy of the bytes that pass by?

``app`` puts them together. Whatever else is asked for is passed on as it is.
"""
