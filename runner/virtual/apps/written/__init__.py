"""Apps that people write as YAML: see docs/own-virtual-app.md."""
