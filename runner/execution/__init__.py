"""The one executor: carries pending tasks out, one lane per phone, and writes down what became of them."""
