// Package app holds compliance's use cases: each loads facts and terms, decides
// with the pure cores, and commits rows, deadlines and changes together.
package app

import (
	"context"
	"crypto/sha256"
	"errors"

	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/compliance/internal/store"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cache"
)

// Host is what the use cases need of the running service.
type Host struct {
	DB     *db.DB
	Commit *commit.Committer
	Clocks *deadline.Clocks
	// Revision fetches a revision of terms from the service that keeps them.
	Revision func(ctx context.Context, name string) (*terms.Terms, error)
}

// App is the use cases.
type App struct {
	Host
	// Pages makes the tokens of lists.
	Pages    *page.Codec
	store    store.Store
	policies cache.Cache
}

// New makes the use cases.
func New(h Host) *App {
	// A page token says where a list goes on, not who may read it: every call is
	// checked by its parent. So the key only guards against mistakes, and every
	// replica has to have the same.
	key := sha256.Sum256([]byte("cloudpact compliance pages"))
	return &App{Host: h, Pages: page.NewCodec(key[:])}
}

// Reasons of the service, values of cloudpact.compliance.v1.Reason without
// their prefix.
const (
	ReasonCaseState          = "CASE_STATE"
	ReasonCureDaysOutOfRange = "CURE_DAYS_OUT_OF_RANGE"
	ReasonHoldState          = "HOLD_STATE"
	ReasonConditionsNotMet   = "CONDITIONS_NOT_MET"
	ReasonDecisionState      = "DECISION_STATE"
	ReasonAssetState         = "ASSET_STATE"
	ReasonEvidenceRequired   = "EVIDENCE_REQUIRED"
	ReasonDeletionNotAllowed = "DELETION_NOT_ALLOWED"
	ReasonContractUnknown    = "CONTRACT_UNKNOWN"
	ReasonNoGround           = "NO_GROUND"
	ReasonDateOutOfRange     = "DATE_OUT_OF_RANGE"
)

// Reasons that every service shares.
const (
	ReasonCurrencyInvalid = "CURRENCY_INVALID"
	ReasonAmountInvalid   = "AMOUNT_INVALID"
	ReasonSecondPerson    = "SECOND_PERSON_REQUIRED"
	ReasonApprovalStale   = "APPROVAL_STALE"
)

// write runs an act of a person in a commit and answers with what it made. A
// request that was answered before reads the resource again, so that the rows of
// request ids hold nothing but the fact that it was answered.
func write[T any](ctx context.Context, a *App, k record.ContractKey,
	do func(ctx context.Context, x *act) (T, error),
	again func(ctx context.Context, q db.Querier) (T, error),
) (T, error) {
	var made T
	ran := false
	actor := rpc.FromContext(ctx).Subject
	_, err := commit.Run(ctx, a.Commit, keyOf(k.CustomerKey), func(ctx context.Context, tx *commit.Tx) (struct{}, error) {
		x, err := a.act(ctx, tx, k, actor)
		if err != nil {
			return struct{}{}, err
		}
		made, err = do(ctx, x)
		ran = true
		return struct{}{}, err
	})
	if err != nil {
		var zero T
		return zero, err
	}
	if !ran {
		return again(ctx, a.DB.Read())
	}
	return made, nil
}

func keyOf(k record.CustomerKey) commit.Key {
	return commit.Key{Provider: k.Provider, Customer: k.Customer}
}

// found turns a missing row into a fault.
func found[T any](v T, ok bool, err error, name string) (T, error) {
	if err == nil && !ok {
		err = fault.NotFound(fault.ReasonNotFound, name)
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
	if etag == "" || etag == record.Etag(version) {
		return nil
	}
	return staleEtag(name)
}

func invalid(path, msg string) error { return fault.Invalid(fault.ReasonFieldInvalid, path, msg) }

// notAfterToday refuses a fact of the future.
func notAfterToday(d, today date.Date, path string) error {
	if d.After(today) {
		return fault.Invalid(ReasonDateOutOfRange, path, "the day "+d.String()+" is after the provider's today, "+today.String())
	}
	return nil
}

// notBefore refuses a day before another one.
func notBefore(d, first date.Date, path, what string) error {
	if !first.IsZero() && d.Before(first) {
		return fault.Invalid(ReasonDateOutOfRange, path, "the day "+d.String()+" is before "+what+", "+first.String())
	}
	return nil
}

// need refuses an empty field.
func need(value, path string) error {
	if value == "" {
		return invalid(path, path+" is needed")
	}
	return nil
}

// Deadlines are the handlers of what time makes compliance do.
func (a *App) Deadlines() deadline.Registry {
	return deadline.Registry{
		kindCureEnd:      a.CureEnded,
		kindAssetStop:    a.AssetDue,
		kindAssetReturn:  a.AssetDue,
		kindDataDeletion: a.DataDue,
	}
}
