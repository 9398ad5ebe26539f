"""How does a corpus become tokens? A vocabulary learned from kept documents, and sequences that know whose text they are."""
