package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/store"
)

var subPattern = resource.MustPattern("providers/{provider}/customers/{customer}/contracts/{contract}/subscriptions/{subscription}")

// subOf reads the subscription at the front of a name of the service's own.
func subOf(name string) (store.Sub, error) {
	if i := nthSlash(name, 8); i > 0 {
		name = name[:i]
	}
	return ParseSub(name, "name")
}

func nthSlash(s string, n int) int {
	for i := range len(s) {
		if s[i] == '/' {
			if n--; n == 0 {
				return i
			}
		}
	}
	return -1
}

// ParseSub reads the resource name of a subscription.
func ParseSub(name, field string) (store.Sub, error) {
	ids, err := subPattern.Parse(name, field)
	if err != nil {
		return store.Sub{}, err
	}
	return store.Sub{Provider: ids[0], Customer: ids[1], Contract: ids[2], ID: ids[3]}, nil
}

// TakeSubscription takes in what the book says of a subscription. Facts may come
// late and in any number: lots and uses are decided anew, and only differences
// are written.
func (a *App) TakeSubscription(ctx context.Context, tx *commit.Tx, facts store.Subscription) error {
	had, known, err := a.store.Subscription(ctx, tx, facts.Sub)
	if err != nil {
		return err
	}
	if err := a.keepTerms(ctx, tx, facts); err != nil {
		return err
	}
	if known {
		facts.Version, facts.Holds, facts.Deadlines = had.Version, had.Holds, had.Deadlines
	}
	r, err := a.resolved(ctx, tx, facts)
	if err != nil {
		return err
	}
	v := compile(facts, r)
	if err := a.cut(ctx, tx, v); err != nil {
		return err
	}
	return a.store.PutSubscription(ctx, tx, v.sub)
}

// PlaceHold suspends subscriptions from an instant on.
func (a *App) PlaceHold(ctx context.Context, tx *commit.Tx, subs []store.Sub, h store.Hold) error {
	return a.eachHeld(ctx, tx, subs, func(s *store.Subscription) {
		if !slices.ContainsFunc(s.Holds, func(x store.Hold) bool { return x.ID == h.ID }) {
			s.Holds = append(s.Holds, h)
		}
	})
}

// LiftHold ends a hold at an instant.
func (a *App) LiftHold(ctx context.Context, tx *commit.Tx, subs []store.Sub, id string, at time.Time) error {
	return a.eachHeld(ctx, tx, subs, func(s *store.Subscription) {
		for i := range s.Holds {
			if s.Holds[i].ID == id {
				s.Holds[i].Lifted = at
			}
		}
	})
}

func (a *App) eachHeld(ctx context.Context, tx *commit.Tx, subs []store.Sub, change func(*store.Subscription)) error {
	for _, key := range subs {
		s, ok, err := a.store.Subscription(ctx, tx, key)
		if err != nil {
			return err
		}
		if !ok {
			s = store.Subscription{Sub: key} // the book's facts follow
		}
		s.Holds = slices.Clone(s.Holds)
		change(&s)
		if err := a.store.PutSubscription(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}
