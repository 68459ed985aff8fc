"""REST: what ``Memory`` does, over HTTP, with problems as RFC 9457 has them."""
