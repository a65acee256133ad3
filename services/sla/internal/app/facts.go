package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
)

// BookFacts are what the book says of a subscription.
type BookFacts struct {
	Sub          store.Sub
	Kind         string
	Edition      string
	Terms        store.TermsFrom
	Commencement date.Date
	LastDay      date.Date
	Cancelled    bool
	Units        []string
}

// TakeSubscription takes in what the book says of a subscription: the months in
// which it runs are awaited and measured anew.
func (a *App) TakeSubscription(ctx context.Context, tx *commit.Tx, f BookFacts) error {
	w, err := a.work(ctx, tx, f.Sub)
	if err != nil {
		return err
	}
	s := &w.sub
	moved := s.Commencement != f.Commencement || s.LastDay != f.LastDay || s.Cancelled != f.Cancelled
	s.Known, s.Kind, s.Edition, s.Units = true, f.Kind, f.Edition, f.Units
	s.Commencement, s.LastDay, s.Cancelled = f.Commencement, f.LastDay, f.Cancelled
	if len(s.Terms) == 0 && f.Terms.Hash != "" { // amendments come with their day
		s.PutTerms(f.Terms)
	}
	if len(s.Terms) > 0 {
		if _, err := a.resolve(ctx, tx, s.Terms[len(s.Terms)-1]); err != nil {
			return err
		}
	}
	if err := a.store.PutSubscription(ctx, tx, s); err != nil || !moved {
		return err
	}
	return w.each(ctx, func(t store.Target) error {
		if t.Level == "" {
			return nil
		}
		today, err := w.today(ctx)
		if err != nil {
			return err
		}
		if err := w.remeasure(ctx, t, time.Time{}); err != nil {
			return err
		}
		return w.await(ctx, t, today)
	})
}

// each runs do on every target of the subscription.
func (w *work) each(ctx context.Context, do func(t store.Target) error) error {
	targets, err := w.all(ctx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if err := do(t); err != nil {
			return err
		}
	}
	return nil
}

// Amend puts other terms of a contract in force from a day on, and judges anew
// what happened since.
func (a *App) Amend(ctx context.Context, tx *commit.Tx, contract store.Sub, t store.TermsFrom) error {
	subs, err := a.store.SubscriptionsOf(ctx, tx, contract)
	if err != nil || len(subs) == 0 {
		return err
	}
	r, err := a.resolve(ctx, tx, t)
	if err != nil {
		return err
	}
	for _, s := range subs {
		w := &work{a: a, tx: tx, sub: s, now: tx.Now()}
		w.sub.PutTerms(t)
		if err := a.store.PutSubscription(ctx, tx, &w.sub); err != nil {
			return err
		}
		err := w.each(ctx, func(x store.Target) error { return w.changed(ctx, x, t.From.Start(r.Zone()), false) })
		if err != nil {
			return err
		}
	}
	return nil
}

// PlaceHold suspends subscriptions from an instant on.
func (a *App) PlaceHold(ctx context.Context, tx *commit.Tx, subs []store.Sub, h store.Hold) error {
	return a.held(ctx, tx, subs, h.Name, func(store.Hold) store.Hold { return h })
}

// LiftHold ends a hold at an instant.
func (a *App) LiftHold(ctx context.Context, tx *commit.Tx, subs []store.Sub, name string, at time.Time) error {
	return a.held(ctx, tx, subs, name, func(h store.Hold) store.Hold {
		h.Lifted = at
		if h.Lifted.Before(h.Placed) {
			h.Lifted = h.Placed
		}
		return h
	})
}

// held changes a hold of subscriptions, and its window on each of their targets.
func (a *App) held(ctx context.Context, tx *commit.Tx, subs []store.Sub, name string, change func(store.Hold) store.Hold) error {
	for _, key := range subs {
		w, err := a.work(ctx, tx, key)
		if err != nil {
			return err
		}
		h := store.Hold{Name: name}
		i := slices.IndexFunc(w.sub.Holds, func(x store.Hold) bool { return x.Name == name })
		if i >= 0 {
			h = w.sub.Holds[i]
		}
		if h = change(h); h.Placed.IsZero() { // lifted, and never placed here
			continue
		}
		if i >= 0 {
			w.sub.Holds[i] = h
		} else {
			w.sub.Holds = append(w.sub.Holds, h)
		}
		if err := a.store.PutSubscription(ctx, tx, &w.sub); err != nil {
			return err
		}
		if err := w.each(ctx, func(t store.Target) error { return w.window(ctx, t, h) }); err != nil {
			return err
		}
	}
	return nil
}

// window makes the window of a hold on a target what the hold is.
func (w *work) window(ctx context.Context, t store.Target, h store.Hold) error {
	id := resource.ID("hold", h.Name, t.Name())
	x, ok, err := store.Windows.Get(ctx, w.tx, t.TargetKey, id)
	if err != nil {
		return err
	}
	next := x
	next.Place.Target, next.Place.ID, next.Kind, next.Clause = t.TargetKey, id, windows.Hold, h.Clause
	next.Span = store.Span{Start: h.Placed, End: h.Lifted}
	if ok && next == x {
		return nil
	}
	return w.putWindow(ctx, t, &next)
}

// CrossCapacity takes in that a snapshot store passed a threshold. A store that
// ran full after a warning is a breach of duty on every target of its service.
func (a *App) CrossCapacity(ctx context.Context, tx *commit.Tx, key store.Sub, c store.Crossing) error {
	w, err := a.work(ctx, tx, key)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(w.sub.Crossings, func(x store.Crossing) bool { return x.At.Equal(c.At) && x.Percent == c.Percent }) {
		return nil
	}
	w.sub.Crossings = append(w.sub.Crossings, c)
	if err := a.store.PutSubscription(ctx, tx, &w.sub); err != nil {
		return err
	}
	return w.each(ctx, func(t store.Target) error { return w.full(ctx, t) })
}

// full makes the breaches of a target that follow from the reports of the
// service's store what they are by now: a late report may take one away.
func (w *work) full(ctx context.Context, t store.Target) error {
	if len(w.sub.Crossings) == 0 {
		return nil
	}
	p, err := w.policy(ctx, w.now)
	if err != nil {
		return err
	}
	crossings := make([]duties.Crossing, len(w.sub.Crossings))
	for i, c := range w.sub.Crossings {
		crossings[i] = duties.Crossing{At: c.At, Percent: c.Percent, Notified: c.Notified}
	}
	d, full, ok := p.rules.Capacity(crossings)
	if !ok {
		return nil
	}
	want := map[string]store.Breach{}
	for _, f := range full {
		b := store.Breach{Clause: d.Clause, Derived: true, Span: store.Span{Start: f.From, End: f.To}}
		b.Target, b.ID = t.TargetKey, resource.ID("capacity", t.Name(), show(f.From))
		want[b.ID] = b
	}
	return w.derive(ctx, t, d.Clause, want)
}

// derive makes the derived breaches of a clause on a target those that are
// wanted.
func (w *work) derive(ctx context.Context, t store.Target, clause string, want map[string]store.Breach) error {
	have, err := store.Breaches.Since(ctx, w.tx, t.TargetKey, time.Time{})
	if err != nil {
		return err
	}
	for _, b := range have {
		next, keep := want[b.ID]
		if !b.Derived || b.Clause != clause {
			continue
		}
		delete(want, b.ID)
		if !keep {
			if err := store.Breaches.Delete(ctx, w.tx, t.TargetKey, b.ID); err != nil {
				return err
			}
			if err := w.changed(ctx, t, b.Start, t.Whole()); err != nil {
				return err
			}
			continue
		}
		if next.Version = b.Version; next != b {
			if err := w.putBreach(ctx, t, &next); err != nil {
				return err
			}
		}
	}
	for _, id := range sortedKeys(want) {
		b := want[id]
		if err := w.putBreach(ctx, t, &b); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
