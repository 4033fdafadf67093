"""From a result to what people read: terminal, page, JSON, workbook. Knows blocks, no method."""
