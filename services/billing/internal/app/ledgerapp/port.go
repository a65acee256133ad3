package ledgerapp

import (
	"context"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/journal"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/terms"
)

// Store keeps the ledger's rows. Every method works on the transaction or the
// readers that it is given. Reads answer false where there is no such row; lists
// are in the order of their keys and go on after the last row of the page
// before.
type Store interface {
	Account(ctx context.Context, q db.Querier, k ledger.AccountKey) (ledger.Account, bool, error)
	SaveAccount(ctx context.Context, q db.Querier, a ledger.Account) error
	Accounts(ctx context.Context, q db.Querier, scope book.ContractKey, after []string, limit int) ([]ledger.Account, error)

	Service(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Service, bool, error)
	Services(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Service, error)
	SaveService(ctx context.Context, q db.Querier, s ledger.Service) error

	Event(ctx context.Context, q db.Querier, k ledger.AccountKey, identity string) (ledger.Event, bool, error)
	SaveEvent(ctx context.Context, q db.Querier, e ledger.Event) error
	// Events reads the facts of a subscription, "" being the account as such.
	Events(ctx context.Context, q db.Querier, k ledger.AccountKey, subscription string) ([]ledger.Event, error)

	UsageRecord(ctx context.Context, q db.Querier, k book.SubscriptionKey, id string) (ledger.Usage, bool, error)
	AddUsage(ctx context.Context, q db.Tx, records []ledger.Usage) error
	// UsageDays reads what was metered from a day on; a zero day is from the
	// beginning.
	UsageDays(ctx context.Context, q db.Querier, k book.SubscriptionKey, since date.Date) ([]charging.Usage, error)

	// NextNumber takes the next number of a provider's series of documents; it is
	// given back when the transaction does not commit.
	NextNumber(ctx context.Context, q db.Querier, provider, series string) (int64, error)

	AddCharges(ctx context.Context, q db.Tx, cs []ledger.Charge) error
	SaveCharge(ctx context.Context, q db.Querier, c ledger.Charge) error
	Charge(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Charge, bool, error)
	Unbilled(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Charge, error)
	// Totals sums the charges of a subscription ("" the account as such) by
	// identity; FirstOf reads the first charge under one.
	Totals(ctx context.Context, q db.Querier, k ledger.AccountKey, subscription string) (map[string]ledger.Total, error)
	FirstOf(ctx context.Context, q db.Querier, k ledger.AccountKey, identity string) (ledger.Charge, bool, error)
	OnInvoice(ctx context.Context, q db.Querier, k ledger.AccountKey, invoice string) ([]ledger.Charge, error)
	Charges(ctx context.Context, q db.Querier, k ledger.AccountKey, f ledger.ChargeFilter) ([]ledger.Charge, error)

	Invoice(ctx context.Context, q db.Querier, k ledger.AccountKey, id string) (ledger.Invoice, bool, error)
	SaveInvoice(ctx context.Context, q db.Querier, i ledger.Invoice) error
	// Live reads the documents that are open or may bear interest.
	Live(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Invoice, error)
	AllInvoices(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Invoice, error)
	// Invoices lists documents below the scope, whose empty ids are any, by date
	// and number.
	Invoices(ctx context.Context, q db.Querier, scope ledger.AccountKey, after []string, limit int) ([]ledger.Invoice, error)

	Receipt(ctx context.Context, q db.Querier, k ledger.AccountKey, kind, id string) (ledger.Receipt, bool, error)
	SaveReceipt(ctx context.Context, q db.Querier, r ledger.Receipt) error
	// Credits reads the receipts of which something is left.
	Credits(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Receipt, error)
	AllReceipts(ctx context.Context, q db.Querier, k ledger.AccountKey) ([]ledger.Receipt, error)
	Receipts(ctx context.Context, q db.Querier, k ledger.AccountKey, kind string, after []string, limit int) ([]ledger.Receipt, error)

	AddEntry(ctx context.Context, q db.Tx, e ledger.Entry) error
	Entries(ctx context.Context, q db.Querier, k ledger.AccountKey, after int64, limit int) ([]ledger.Entry, error)
	Balances(ctx context.Context, q db.Querier, k ledger.AccountKey) (journal.Entry, error)
}

// Book is what the ledger reads of the book.
type Book interface {
	Provider(ctx context.Context, q db.Querier, provider string) (book.Provider, bool, error)
}

// Policies gives the terms that a contract stands on.
type Policies interface {
	Resolve(ctx context.Context, q db.Querier, provider, hash string, readings map[string]string) (terms.Resolved, error)
}
