"""All recipes of mnemos on the same questions: what each finds and costs, what its idea pays."""
