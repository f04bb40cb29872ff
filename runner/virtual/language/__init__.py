"""The language of the phone's shell: its grammar, what words become, arithmetic and patterns."""
