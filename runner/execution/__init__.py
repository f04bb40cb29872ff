"""The one executor: it carries the ledger's pending tasks out, one lane per phone, and writes down what became of them."""
