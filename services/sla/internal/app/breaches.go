package app

import (
	"context"
	"strings"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/sla/internal/store"
)

// RecordDutyBreach records a time in which the customer did not do a duty. A
// person records it; no clock of the suite does.
func (a *App) RecordDutyBreach(ctx context.Context, b store.Breach) (store.Breach, error) {
	if err := resource.CheckID(b.ID, "duty_breach_id"); err != nil {
		return b, err
	}
	if err := short("duty_breach.evidence", b.Evidence); err != nil {
		return b, err
	}
	return on(ctx, a, b.Target, b.Start, func(ctx context.Context, w *work, t store.Target, p policy) (store.Breach, error) {
		b := b // an act may run again
		if err := (times{field: "duty_breach"}).check(b.Span, w.now); err != nil {
			return b, err
		}
		if _, ok := p.rules.Duty(b.Clause); !ok {
			msg := "a shared platform stands under no agreement"
			if known := p.rules.Clauses(); len(known) > 0 {
				msg = "the terms have duties for this kind of service under " + strings.Join(known, ", ")
			}
			return b, fault.Invalid(ReasonDutyUnknown, "duty_breach.clause", msg)
		}
		return b, w.putBreach(ctx, t, &b)
	}, func(ctx context.Context, q db.Querier) (store.Breach, bool, error) {
		return store.Breaches.Get(ctx, q, b.Target, b.ID)
	})
}

// putBreach keeps a breach and judges again what it reaches.
func (w *work) putBreach(ctx context.Context, t store.Target, b *store.Breach) error {
	if err := store.Breaches.Put(ctx, w.tx, b); err != nil {
		return inserted(err, b.Name())
	}
	w.tx.Publish(commit.Draft{Type: TypeDutyBreached, Subject: b.Name(), Effective: effective(b.Span), Body: DutyBreached{*b}})
	p, err := w.policy(ctx, b.Start)
	if err != nil {
		return err
	}
	d, _ := p.rules.Duty(b.Clause)
	wide := t.Unit == "" || p.rules.ServiceWide(d) || (duties.Grouped(d) && t.Group != "")
	return w.changed(ctx, t, b.Start, wide)
}

// EndDutyBreach closes a duty breach.
func (a *App) EndDutyBreach(ctx context.Context, k store.TargetKey, id string, end time.Time) (store.Breach, error) {
	return ending(ctx, a, store.Breaches, k, id, "dutyBreaches", func(ctx context.Context, w *work, t store.Target, b store.Breach) (store.Breach, error) {
		switch {
		case b.Derived:
			return b, closed(b.Name(), "ends when the store reports that it is below full")
		case !b.Open():
			return b, closed(b.Name(), "has ended")
		}
		b.End = end
		if err := (times{}).check(b.Span, w.now); err != nil {
			return b, err
		}
		return b, w.putBreach(ctx, t, &b)
	})
}
