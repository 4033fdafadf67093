"""Pages over the methods: analyses, findings and what became of them, imports."""
