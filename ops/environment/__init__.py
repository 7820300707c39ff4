"""The variables that a deployment needs: what `.env.example` says of them, and what is set.

There is no `observed.py`: all there is to observe is `Settings.environ`, which is read already.
"""
