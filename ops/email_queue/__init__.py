"""The mail that the application has queued: seen, sent, and tried again.

Any number of workers may send at once, beside the application's own. A message is claimed in a
transaction of its own, handed over while none is open, and its outcome recorded at once. So no
message is lost; it is sent twice only where its worker, or one of the two connections, was lost
after the mail server had taken it and before that was recorded, and then both copies bear the
same Message-ID.
"""
