"""Simulated companies whose truth is known, for samples and for tests.

A world is a company's customers, order lines and receipts together with what is true about them:
who stopped buying and when, how often each customer really orders, what happened at which account.
Real data never says so; a method that is right must find it here. `simple` makes plain worlds of
any size to test alarms against, `daichuan` the demo company with its planted stories, and `export`
writes a world to the files an ERP would hand over.

Nothing else in the package imports this: it is the source of truth the rest is held against.
"""
