// Package app holds the use cases of the sla service: load, decide with the pure
// cores, commit.
package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cache"
)

// Host is what the use cases need of the running service.
type Host struct {
	DB        *db.DB
	Commit    *commit.Committer
	Deadlines *deadline.Store
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
	key := sha256.Sum256([]byte("cloudpact sla pages"))
	return &App{Host: h, Pages: page.NewCodec(key[:])}
}

// Reasons of the service, values of cloudpact.sla.v1.Reason without their
// prefix.
const (
	ReasonTargetUnknown       = "TARGET_UNKNOWN"
	ReasonSubscriptionUnknown = "SUBSCRIPTION_UNKNOWN"
	ReasonIntervalInvalid     = "INTERVAL_INVALID"
	ReasonDutyUnknown         = "DUTY_UNKNOWN"
	ReasonFailureTypeUnknown  = "FAILURE_TYPE_UNKNOWN"
	ReasonRecordClosed        = "RECORD_CLOSED"
	ReasonKindUnknown         = "KIND_UNKNOWN"
)

var (
	targetPattern = resource.MustPattern("providers/{provider}/targets/{target}")
	runPattern    = resource.MustPattern("providers/{provider}/targets/{target}/runs/{run}")
	subPattern    = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/subscriptions/{subscription}")
	contractOf    = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}")
)

// ParseTarget reads the resource name of a target.
func ParseTarget(name, field string) (store.TargetKey, error) {
	ids, err := targetPattern.Parse(name, field)
	if err != nil {
		return store.TargetKey{}, err
	}
	return store.TargetKey{Provider: ids[0], ID: ids[1]}, nil
}

// ParseSub reads the resource name of a subscription.
func ParseSub(name, field string) (store.Sub, error) {
	ids, err := subPattern.Parse(name, field)
	if err != nil {
		return store.Sub{}, err
	}
	return store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2], ID: ids[3]}, nil
}

// ParseContract reads the resource name of a contract.
func ParseContract(name, field string) (store.Sub, error) {
	ids, err := contractOf.Parse(name, field)
	if err != nil {
		return store.Sub{}, err
	}
	return store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2]}, nil
}

// write runs an act in a commit and answers with what it made. A request that
// was answered before reads the record again, so that the rows of request ids
// hold nothing but the fact that it was answered.
func write[T any](ctx context.Context, a *App, key commit.Key,
	do func(ctx context.Context, tx *commit.Tx) (T, error),
	again func(ctx context.Context, q db.Querier) (T, bool, error),
) (T, error) {
	var made, zero T
	ran := false
	_, err := commit.Run(ctx, a.Commit, key, func(ctx context.Context, tx *commit.Tx) (struct{}, error) {
		v, err := do(ctx, tx)
		made, ran = v, true
		return struct{}{}, err
	})
	switch {
	case err != nil:
		return zero, err
	case ran:
		return made, nil
	}
	made, ok, err := again(ctx, a.DB.Read())
	if err == nil && !ok {
		err = fault.Internal(errors.New("what the repeated request had made is gone"))
	}
	return made, err
}

// target reads a target that the caller may see.
func (a *App) target(ctx context.Context, k store.TargetKey) (store.Target, error) {
	t, ok, err := a.store.Target(ctx, a.DB.Read(), k)
	if err != nil {
		return t, err
	}
	if p := rpc.FromContext(ctx); !ok || (p.Customer != "" && p.Customer != t.Sub.Customer) {
		return store.Target{}, fault.NotFound(ReasonTargetUnknown, k.Name())
	}
	return t, nil
}

// inserted turns a conflict of an insert into a fault.
func inserted(err error, name string) error {
	if errors.Is(err, db.ErrExists) {
		return fault.Exists(fault.ReasonAlreadyExists, name)
	}
	return err
}

func invalid(path, msg string) *fault.Fault {
	return fault.Invalid(fault.ReasonFieldInvalid, path, msg)
}

// times says what an interval of a record may be.
type times struct {
	// field is the path of the record: "outage", or "" for the request itself.
	field string
	// point where it may have no length, ahead where it may lie in the future.
	point, ahead bool
}

func (t times) path(name string) string {
	if t.field == "" {
		return name
	}
	return t.field + "." + name
}

// check refuses an interval that ends before it begins or lies in the future.
// An end that is zero is open.
func (t times) check(s store.Span, now time.Time) error {
	refuse := func(name, format string, args ...any) error {
		return fault.Invalid(ReasonIntervalInvalid, t.path(name), fmt.Sprintf(format, args...))
	}
	switch {
	case s.Start.IsZero():
		return invalid(t.path("start_time"), "start_time is needed")
	case !t.ahead && s.Start.After(now):
		return refuse("start_time", "start_time is after the provider's now, %s", show(now))
	case s.Open():
		return nil
	case s.End.Before(s.Start), !t.point && s.End.Equal(s.Start):
		return refuse("end_time", "end_time must come after start_time, %s", show(s.Start))
	case !t.ahead && s.End.After(now):
		return refuse("end_time", "end_time is after the provider's now, %s", show(now))
	}
	return nil
}

// told refuses a message of the future, or one before what it tells of.
func told(at, notBefore, now time.Time, path string) error {
	switch {
	case at.IsZero():
		return nil
	case at.After(now):
		return fault.Invalid(ReasonIntervalInvalid, path, path+" is after the provider's now, "+show(now))
	case at.Before(notBefore):
		return fault.Invalid(ReasonIntervalInvalid, path, path+" is before what it tells of, "+show(notBefore))
	}
	return nil
}

// quote is a caller's word for a message, cut to what a reader takes in.
func quote(word string) string {
	const most = 64
	if len(word) > most {
		word = word[:most] + "..."
	}
	return strconv.Quote(word)
}

func show(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// closed refuses to end a record that has ended, or that another service ends.
func closed(name, why string) error {
	return fault.Precondition(ReasonRecordClosed, name, name+" "+why)
}
