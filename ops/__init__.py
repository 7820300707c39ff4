"""Keep a PostgreSQL database equal to what Git says it should be.

    .env ----> Settings ----> connection --+
                                           +--> Facts --> verify --> Findings --> Report --> words
    migrations/  seeds/  schema.json  git -+      |
                                                  +--> Plan --> apply --> Facts again --> verify

`declared.py` reads Git, `observed.py` reads the database, `diff.py` compares the two without
touching either, and `apply.py`, where there is one, writes. A folder without it only looks.
"""
