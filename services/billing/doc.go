// Package billing owns the book (providers, clocks, terms registry, customers,
// contracts, orders, subscriptions) and the ledger (accounts, charges, invoices,
// payments, interest, deposits, journal).
package billing
