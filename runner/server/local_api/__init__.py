"""The Local API: what programs written against a TikMatrix-compatible server call, over our own backends."""
