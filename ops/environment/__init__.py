"""The variables that a deployment needs: what `.env.example` says of them, what is set where."""
