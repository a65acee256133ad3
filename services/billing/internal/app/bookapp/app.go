// Package bookapp holds the book's use cases: each loads facts and terms,
// decides with the pure cores, and commits rows, deadlines and changes
// together.
package bookapp

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// App is the book.
type App struct {
	commit    *commit.Committer
	db        *db.DB
	clocks    *deadline.Clocks
	deadlines *deadline.Store
	store     Store
	policies  *Policies
	peers     Peers
	log       *slog.Logger
	advances  advances
}

// Deps is what the book needs of its host.
type Deps struct {
	Commit    *commit.Committer
	DB        *db.DB
	Clocks    *deadline.Clocks
	Deadlines *deadline.Store
	Store     Store
	Policies  *Policies
	// Peers moves the time of all services.
	Peers Peers
	Log   *slog.Logger
}

// New makes the book.
func New(d Deps) *App {
	return &App{
		commit: d.Commit, db: d.DB, clocks: d.Clocks, deadlines: d.Deadlines, store: d.Store, policies: d.Policies,
		peers: d.Peers, log: d.Log, advances: advances{running: map[string]*advance{}},
	}
}

// Reasons of the book, values of cloudpact.contract.v1.Reason without their
// prefix.
const (
	ReasonClockBackwards       = "CLOCK_BACKWARDS"
	ReasonClockNotSandbox      = "CLOCK_NOT_SANDBOX"
	ReasonClockLivelock        = "CLOCK_LIVELOCK"
	ReasonTermsInvalid         = "TERMS_INVALID"
	ReasonRevisionExists       = "REVISION_EXISTS"
	ReasonReadingUnknown       = "READING_UNKNOWN"
	ReasonReadingNotExecutable = "READING_NOT_EXECUTABLE"
	ReasonOrderState           = "ORDER_STATE"
	ReasonSubscriptionState    = "SUBSCRIPTION_STATE"
	ReasonDateOutOfRange       = "DATE_OUT_OF_RANGE"
	ReasonKindUnknown          = "KIND_UNKNOWN"
	ReasonCommencementMethod   = "COMMENCEMENT_METHOD"
	ReasonNoticeState          = "NOTICE_STATE"
	ReasonUnitState            = "UNIT_STATE"
	ReasonContractState        = "CONTRACT_STATE"
	ReasonSignatureMissing     = "SIGNATURE_MISSING"
)

// Reasons that every service shares.
const (
	ReasonCurrencyInvalid = "CURRENCY_INVALID"
	ReasonAmountInvalid   = "AMOUNT_INVALID"
)

// write runs a decision in a commit and answers with what it made. A request
// that was answered before reads the resource again, so that the rows of
// request ids hold nothing but the fact that it was answered.
func write[T any](ctx context.Context, a *App, key commit.Key,
	do func(ctx context.Context, tx *commit.Tx) (T, error),
	again func(ctx context.Context, q db.Querier) (T, error),
) (T, error) {
	var made T
	ran := false
	_, err := commit.Run(ctx, a.commit, key, func(ctx context.Context, tx *commit.Tx) (struct{}, error) {
		v, err := do(ctx, tx)
		made, ran = v, true
		return struct{}{}, err
	})
	if err != nil {
		var zero T
		return zero, err
	}
	if !ran {
		return again(ctx, a.db.Read())
	}
	return made, nil
}

func notFound(name string) error { return fault.NotFound(fault.ReasonNotFound, name) }

// found turns a missing row into a fault.
func found[T any](v T, ok bool, err error, name string) (T, error) {
	if err == nil && !ok {
		err = notFound(name)
	}
	return v, err
}

// inserted turns a conflict of an insert into a fault.
func inserted(err error, name string) error {
	if errors.Is(err, db.ErrExists) {
		return fault.Exists(fault.ReasonAlreadyExists, name)
	}
	return err
}

// updated turns a row that changed meanwhile into a fault.
func updated(err error, name string) error {
	if errors.Is(err, db.ErrStale) {
		return staleEtag(name)
	}
	return err
}

func staleEtag(name string) error {
	return fault.Aborted(fault.ReasonStaleEtag, name, name+" has changed; read it again and decide again")
}

// checkEtag refuses a change made against another version; an empty etag skips
// the test.
func checkEtag(etag string, version int64, name string) error {
	if etag == "" || etag == book.Etag(version) {
		return nil
	}
	return staleEtag(name)
}

func invalid(path, msg string) *fault.Fault {
	return fault.Invalid(fault.ReasonFieldInvalid, path, msg)
}

// outOfRange refuses a date.
func outOfRange(path, msg string) *fault.Fault { return fault.Invalid(ReasonDateOutOfRange, path, msg) }

// notAfterToday refuses a fact of the future.
func notAfterToday(d, today date.Date, path string) error {
	if d.After(today) {
		return outOfRange(path, "the day "+d.String()+" is after the provider's today, "+today.String())
	}
	return nil
}

// notBefore refuses a day before another one.
func notBefore(d, first date.Date, path, what string) error {
	if !first.IsZero() && d.Before(first) {
		return outOfRange(path, "the day "+d.String()+" is before "+what+", "+first.String())
	}
	return nil
}

// today is the provider's day in the zone of the terms.
func today(now time.Time, t terms.Resolved) date.Date { return date.Of(now, t.Zone()) }
