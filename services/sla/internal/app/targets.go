package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/levels"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/terms"
)

// CreateTarget records a target. It takes over what is known of its
// subscription: the holds, and a snapshot store that ran full.
func (a *App) CreateTarget(ctx context.Context, t store.Target) (store.Target, error) {
	if err := checkTarget(t); err != nil {
		return store.Target{}, err
	}
	return write(ctx, a, t.Key(),
		func(ctx context.Context, tx *commit.Tx) (store.Target, error) {
			t := t // an act may run again
			w, err := a.work(ctx, tx, t.Sub)
			if err != nil {
				return t, err
			}
			if err := w.welcome(ctx, t); err != nil {
				return t, err
			}
			if err := a.store.AddTarget(ctx, tx, &t); err != nil {
				return t, inserted(err, t.Name())
			}
			tx.Publish(commit.Draft{Type: TypeTargetCreated, Subject: t.Name(), Body: TargetCreated{t}})
			return t, w.begin(ctx, t)
		},
		func(ctx context.Context, q db.Querier) (store.Target, bool, error) {
			return a.store.Target(ctx, q, t.TargetKey)
		})
}

// checkTarget refuses what is wrong whatever the state is.
func checkTarget(t store.Target) error {
	if err := resource.CheckID(t.ID, "target_id"); err != nil {
		return err
	}
	for _, f := range [][2]string{{"target.unit", t.Unit}, {"target.group", t.Group}} {
		switch {
		case f[1] == "":
		case t.Sub.IsZero():
			return invalid(f[0], "a shared platform has no "+f[0]+"; name the subscription")
		case !resource.ValidID(f[1]):
			return invalid(f[0], f[0]+" must be an id such as vm-2")
		}
	}
	for _, f := range [][2]string{{"target.title", t.Title}, {"target.level_document", t.Document}} {
		if err := short(f[0], f[1]); err != nil {
			return err
		}
	}
	return checkLevel(t)
}

func checkLevel(t store.Target) error {
	if t.Level == "" {
		return nil
	}
	level, ok := terms.ParseDecimal(t.Level)
	_, places, _ := strings.Cut(t.Level, ".")
	switch {
	case t.Sub.IsZero():
		return invalid("target.level", "a level is promised to a subscription; a shared platform has none")
	case !ok, level.Sign() <= 0, level.Cmp(ratio.Int(100)) > 0, len(places) > levels.Places:
		return invalid("target.level", "the level must be a percentage above 0, at most 100, with at most five decimal places, such as 99.9")
	}
	return nil
}

// maxText bounds what people write.
const maxText = 500

func short(path, text string) error {
	if len(text) > maxText {
		return invalid(path, path+" may have at most 500 bytes")
	}
	return nil
}

// welcome refuses a target that the subscription has no place for.
func (w *work) welcome(ctx context.Context, t store.Target) error {
	if t.Sub.IsZero() {
		return nil
	}
	if t.Sub.Provider != t.Provider || !w.sub.Known {
		return fault.NotFound(ReasonSubscriptionUnknown, t.Sub.Name()).
			And("target.subscription", "name a subscription of the provider; one that was just ordered is known in a moment")
	}
	if t.Unit != "" && !slices.Contains(w.sub.Units, t.Unit) {
		return invalid("target.unit", "the subscription has no unit "+t.Unit)
	}
	p, err := w.policy(ctx, w.now)
	if err != nil {
		return err
	}
	if t.Level != "" && (p.terms.Terms == nil || p.terms.ServiceLevels == nil) {
		return invalid("target.level", "the terms of the subscription measure no levels")
	}
	return nil
}

// begin gives a new target what its subscription has.
func (w *work) begin(ctx context.Context, t store.Target) error {
	if w.shared() {
		return nil
	}
	for _, h := range w.sub.Holds {
		if err := w.window(ctx, t, h); err != nil {
			return err
		}
	}
	if err := w.full(ctx, t); err != nil {
		return err
	}
	today, err := w.today(ctx)
	if err != nil {
		return err
	}
	return w.await(ctx, t, today)
}

// today is the day of the subscription's present instant.
func (w *work) today(ctx context.Context) (date.Date, error) {
	zone, err := w.a.zone(ctx, w.tx, w.sub)
	if err != nil {
		return date.Date{}, err
	}
	return date.Of(w.now, zone), nil
}

// on runs an act on a target that exists. do gets the work on its subscription
// and the agreement at an instant.
func on[T any](ctx context.Context, a *App, k store.TargetKey, at time.Time,
	do func(ctx context.Context, w *work, t store.Target, p policy) (T, error),
	again func(ctx context.Context, q db.Querier) (T, bool, error),
) (T, error) {
	t, err := a.target(ctx, k)
	if err != nil {
		var zero T
		return zero, err
	}
	return write(ctx, a, t.Key(), func(ctx context.Context, tx *commit.Tx) (T, error) {
		var zero T
		w, err := a.work(ctx, tx, t.Sub)
		if err != nil {
			return zero, err
		}
		p, err := w.policy(ctx, at)
		if err != nil {
			return zero, err
		}
		return do(ctx, w, t, p)
	}, again)
}
