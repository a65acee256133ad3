package app

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/store"
)

// RecordOutage records a time in which a target did not work. It is judged when
// it has ended.
func (a *App) RecordOutage(ctx context.Context, o store.Outage) (store.Outage, error) {
	if err := resource.CheckID(o.ID, "outage_id"); err != nil {
		return o, err
	}
	if err := short("outage.reference", o.Reference); err != nil {
		return o, err
	}
	if !slices.Contains(causes, o.Cause) {
		return o, fault.Invalid(ReasonFailureTypeUnknown, "outage.cause", "the cause must be one of "+strings.Join(causes, ", "))
	}
	return on(ctx, a, o.Target, o.Start, func(ctx context.Context, w *work, t store.Target, p policy) (store.Outage, error) {
		o := o // an act may run again
		if err := (times{field: "outage"}).check(o.Span, w.now); err != nil {
			return o, err
		}
		if err := failureType(w, p, o.FailureType); err != nil {
			return o, err
		}
		return o, w.putOutage(ctx, t, &o)
	}, rereadOutage(o))
}

// failureType refuses a word that the agreement does not know. A shared platform
// stands under none; its outages only have to be named.
func failureType(w *work, p policy, code string) error {
	if p.known(code) || (w.shared() && wordForm.MatchString(code)) {
		return nil
	}
	return fault.Invalid(ReasonFailureTypeUnknown, "outage.failure_type", "the terms know no failure type "+quote(code)+" for this kind of service")
}

var wordForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,62}$`)

func rereadOutage(o store.Outage) func(context.Context, db.Querier) (store.Outage, bool, error) {
	return func(ctx context.Context, q db.Querier) (store.Outage, bool, error) {
		return store.Outages.Get(ctx, q, o.Target, o.ID)
	}
}

func (w *work) putOutage(ctx context.Context, t store.Target, o *store.Outage) error {
	if err := store.Outages.Put(ctx, w.tx, o); err != nil {
		return inserted(err, o.Name())
	}
	w.tx.Publish(commit.Draft{Type: TypeOutageRecorded, Subject: o.Name(), Effective: effective(o.Span), Body: OutageRecorded{*o}})
	return w.changed(ctx, t, o.Start, false)
}

// effective is the contract's instant of a record: its last known one.
func effective(s store.Span) time.Time {
	if s.Open() {
		return s.Start
	}
	return s.End
}

// EndOutage closes an outage.
func (a *App) EndOutage(ctx context.Context, k store.TargetKey, id string, end time.Time) (store.Outage, error) {
	return ending(ctx, a, store.Outages, k, id, "outages", func(ctx context.Context, w *work, t store.Target, o store.Outage) (store.Outage, error) {
		if !o.Open() {
			return o, closed(o.Name(), "has ended")
		}
		o.End = end
		if err := (times{}).check(o.Span, w.now); err != nil {
			return o, err
		}
		return o, w.putOutage(ctx, t, &o)
	})
}

// ending runs the end of a record that exists.
func ending[T any](ctx context.Context, a *App, all store.Records[T], k store.TargetKey, id, collection string,
	do func(ctx context.Context, w *work, t store.Target, v T) (T, error),
) (T, error) {
	t, err := a.target(ctx, k)
	if err != nil {
		var zero T
		return zero, err
	}
	return write(ctx, a, t.Key(), func(ctx context.Context, tx *commit.Tx) (T, error) {
		v, ok, err := all.Get(ctx, tx, k, id)
		if err == nil && !ok {
			err = fault.NotFound(fault.ReasonNotFound, k.Name()+"/"+collection+"/"+id)
		}
		if err != nil {
			return v, err
		}
		w, err := a.work(ctx, tx, t.Sub)
		if err != nil {
			return v, err
		}
		return do(ctx, w, t, v)
	}, func(ctx context.Context, q db.Querier) (T, bool, error) { return all.Get(ctx, q, k, id) })
}
