// Package app holds the use cases of the token service: load, decide with the
// pure cores, commit.
package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Host is what the use cases need of the running service.
type Host struct {
	DB     *db.DB
	Commit *commit.Committer
	// Heads gives the last position of every stream of the feed.
	Heads func(ctx context.Context) ([commit.Streams]int64, error)
	// Now is a provider's present instant, for reads.
	Now func(ctx context.Context, provider string) (time.Time, error)
	// Revision fetches a revision of terms from the service that keeps them.
	Revision func(ctx context.Context, name string) (*terms.Terms, error)
}

// Config tunes the use cases.
type Config struct {
	// ReservationHours is how long a reservation holds where the terms set no
	// window; 0 means 720.
	ReservationHours int `koanf:"reservation_hours" doc:"how long a reservation holds its token where the terms set no window; 0 means 720"`
}

// App is the use cases.
type App struct {
	Host
	cfg   Config
	store store.Store
	book  book
	Pages *page.Codec

	redemptions *commit.Grouper[[]UseCall, []UseAnswer]
	repeats     repeats
	fresh       fresh
	hot         hot
}

// New makes the use cases.
func New(h Host, cfg Config) *App {
	if cfg.ReservationHours <= 0 {
		cfg.ReservationHours = 720
	}
	// A page token says where a list goes on, not who may read it: every call is
	// checked by its parent. So the key only guards against mistakes, and every
	// replica has to have the same.
	key := sha256.Sum256([]byte("cloudpact token pages"))
	a := &App{Host: h, cfg: cfg, Pages: page.NewCodec(key[:])}
	a.redemptions = commit.NewGrouper(a.redeemGroup)
	a.fresh.app, a.hot.app = a, a
	return a
}

// today is the day of an instant in the agreement's zone.
func (v *view) today(t time.Time) date.Date { return date.Of(t, v.service.Zone) }

// Refusals of this package; the cores have theirs.
const (
	reasonSubscription = "SUBSCRIPTION_UNKNOWN"
	reasonBatch        = "BATCH_TOO_LARGE"
	reasonSecond       = "SECOND_PERSON_REQUIRED"
	reasonAmount       = "AMOUNT_INVALID"
	reasonCurrency     = "CURRENCY_INVALID"
)

// MaxBatch is the number of items that a batch may have.
const MaxBatch = 1000

// answer turns a core's refusal into a fault about a resource.
func answer(err error, subject string) error {
	r, ok := errors.AsType[*redeem.Refusal](err)
	if !ok {
		return err
	}
	switch r.Reason {
	case redeem.ReasonField, redeem.ReasonOperationUnknown, redeem.ReasonTime, redeem.ReasonUnitUnknown, redeem.ReasonOverageMismatch:
		return fault.Invalid(r.Reason, r.Field, r.Message)
	}
	f := fault.Precondition(r.Reason, subject, r.Message)
	if r.Field != "" {
		f = f.And(r.Field, r.Message)
	}
	return f
}

func unknownSubscription(s store.Sub) error {
	return fault.NotFound(reasonSubscription, s.Name())
}

func notFound(s store.Sub, collection, id string) error {
	return fault.NotFound(fault.ReasonNotFound, s.Name()+"/"+collection+"/"+id)
}

// Etag of a resource's version.
func Etag(version int64) string { return fmt.Sprintf("%d", version) }

func checkEtag(etag string, version int64, name string) error {
	if etag == "" || etag == Etag(version) {
		return nil
	}
	return fault.Aborted(fault.ReasonStaleEtag, name, "the etag is not the present one; read the resource again")
}
