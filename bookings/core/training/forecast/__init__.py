"""How many visits a week will have: what is booked, what plans ask for, and what comes besides.

    ledger = Ledger.of(visits, sessions)
    weeks = expected(ledger, today, weeks=8); tried = back_test(ledger, today)

Pure: civil dates in, numbers out. The method is told on the page, and in `weeks` line by line.
"""
