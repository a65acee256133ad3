// Package ledgerapp holds the ledger's use cases: each loads facts and terms,
// decides with the pure cores, and commits charges, documents, receipts, journal,
// deadlines and changes together.
package ledgerapp

import (
	"context"
	"time"

	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// App is the ledger.
type App struct {
	commit   *commit.Committer
	db       *db.DB
	clocks   *deadline.Clocks
	store    Store
	book     Book
	policies Policies
}

// Deps is what the ledger needs of its host.
type Deps struct {
	Commit   *commit.Committer
	DB       *db.DB
	Clocks   *deadline.Clocks
	Store    Store
	Book     Book
	Policies Policies
}

// New makes the ledger.
func New(d Deps) *App {
	return &App{commit: d.Commit, db: d.DB, clocks: d.Clocks, store: d.Store, book: d.Book, policies: d.Policies}
}

// Reasons of the ledger, values of cloudpact.billing.v1.Reason without their
// prefix.
const (
	ReasonAccountState         = "ACCOUNT_STATE"
	ReasonPaymentOversized     = "PAYMENT_OVERSIZED"
	ReasonValueDateInvalid     = "VALUE_DATE_INVALID"
	ReasonMeterUnknown         = "METER_UNKNOWN"
	ReasonDepositState         = "DEPOSIT_STATE"
	ReasonDepositNotDemandable = "DEPOSIT_NOT_DEMANDABLE"
	ReasonDrawNotAllowed       = "DRAW_NOT_ALLOWED"
	ReasonAmountExceeds        = "AMOUNT_EXCEEDS"
	ReasonInterestNone         = "INTEREST_NONE"
	ReasonQuoteImpossible      = "QUOTE_IMPOSSIBLE"
	ReasonCurrencyMismatch     = "CURRENCY_MISMATCH"
	ReasonParked               = "PARKED"
	ReasonNothingToRefund      = "NOTHING_TO_REFUND"
	ReasonUsageOutOfService    = "USAGE_OUT_OF_SERVICE"
)

func notFound(name string) error { return fault.NotFound(fault.ReasonNotFound, name) }

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }

// found turns a missing row into a fault.
func found[T any](v T, ok bool, err error, name string) (T, error) {
	if err == nil && !ok {
		err = notFound(name)
	}
	return v, err
}

// mutate runs a decision on an account in a commit and answers with what it
// made. A request that was answered before reads it again by the ids that the
// decision left in work.made: those are all that the row of a request id holds.
func mutate[T any](ctx context.Context, a *App, k ledger.AccountKey, do func(w *work) (T, error), again func(ctx context.Context, made []string) (T, error)) (T, error) {
	var made T
	ran := false
	key := commit.Key{Provider: k.Provider, Customer: k.Customer}
	ids, err := commit.Run(ctx, a.commit, key, func(ctx context.Context, tx *commit.Tx) ([]string, error) {
		w, err := a.open(ctx, tx, k)
		if err != nil {
			return nil, err
		}
		if made, err = do(w); err == nil {
			err = w.save()
		}
		ran = true
		return w.made, err
	})
	if err != nil {
		var zero T
		return zero, err
	}
	if !ran {
		return again(ctx, ids)
	}
	return made, nil
}

// termsOn is the terms of an account with the readings in force on a day.
func (a *App) termsOn(ctx context.Context, q db.Querier, acct ledger.Account, on date.Date) (terms.Resolved, error) {
	readings := acct.Epochs[0].Readings
	for _, e := range acct.Epochs {
		if !e.From.After(on) {
			readings = e.Readings
		}
	}
	return a.policies.Resolve(ctx, q, acct.Provider, acct.Hash, readings)
}

// today is the provider's day for an account, with the terms in force on it.
func (a *App) today(ctx context.Context, q db.Querier, acct ledger.Account, now time.Time) (date.Date, terms.Resolved, error) {
	first, err := a.policies.Resolve(ctx, q, acct.Provider, acct.Hash, acct.Epochs[0].Readings)
	if err != nil {
		return date.Date{}, first, err
	}
	day := date.Of(now, first.Zone())
	r, err := a.termsOn(ctx, q, acct, day)
	return day, r, err
}

// present reads an account with the provider's today and the terms in force.
func (a *App) present(ctx context.Context, k ledger.AccountKey) (ledger.Account, date.Date, terms.Resolved, error) {
	acct, ok, err := a.store.Account(ctx, a.db.Read(), k)
	if acct, err = found(acct, ok, err, k.Name()); err != nil {
		return acct, date.Date{}, terms.Resolved{}, err
	}
	c, err := a.clocks.Now(ctx, k.Provider)
	if err != nil {
		return acct, date.Date{}, terms.Resolved{}, err
	}
	day, r, err := a.today(ctx, a.db.Read(), acct, c.Now)
	return acct, day, r, err
}
