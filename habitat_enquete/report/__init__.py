"""The synthesis as documents: HTML, DOCX, XLSX, PDF, figures."""
