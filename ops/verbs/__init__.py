"""What a person can do: a verb parses, calls, prints and exits. The only part that Invoke reads."""
