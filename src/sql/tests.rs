//! What is written, to the letter; that it means what it should is the business of `conformance`.
