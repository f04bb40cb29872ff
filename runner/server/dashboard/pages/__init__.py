"""One file a page; each exports `routes(desk)`."""
