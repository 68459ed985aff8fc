"""Pure functions over text: tokens, stems, sentences, dates, names."""
