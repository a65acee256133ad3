package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
)

// RecordWindow records a time that is judged differently. Planned work may be
// recorded before it begins.
func (a *App) RecordWindow(ctx context.Context, x store.Window) (store.Window, error) {
	if err := resource.CheckID(x.ID, "window_id"); err != nil {
		return x, err
	}
	if err := short("window.no_notice_reason", x.Reason); err != nil {
		return x, err
	}
	return on(ctx, a, x.Target, x.Start, func(ctx context.Context, w *work, t store.Target, p policy) (store.Window, error) {
		x := x // an act may run again
		if err := (times{field: "window", ahead: true}).check(x.Span, w.now); err != nil {
			return x, err
		}
		if err := told(x.Announced, time.Time{}, w.now, "window.announced_time"); err != nil {
			return x, err
		}
		if !p.window(x.Kind) && !(w.shared() && slices.Contains(handKinds, x.Kind)) {
			return x, fault.Invalid(ReasonKindUnknown, "window.kind", "the terms know no window "+quote(x.Kind)+" that people record")
		}
		rule, _ := windows.Rule(p.terms, x.Kind, "")
		x.Clause = rule.Clause
		if err := w.remindWindow(p, x); err != nil {
			return x, err
		}
		return x, w.putWindow(ctx, t, &x)
	}, func(ctx context.Context, q db.Querier) (store.Window, bool, error) {
		return store.Windows.Get(ctx, q, x.Target, x.ID)
	})
}

// handKinds are the windows that may be recorded on a shared platform.
var handKinds = []string{windows.Maintenance, windows.Authority, windows.Protection, windows.Schedule}

// putWindow keeps a window. That of a whole service concerns all its targets.
func (w *work) putWindow(ctx context.Context, t store.Target, x *store.Window) error {
	if err := store.Windows.Put(ctx, w.tx, x); err != nil {
		return inserted(err, x.Name())
	}
	return w.changed(ctx, t, x.Start, t.Whole() && x.Kind != windows.Hold)
}

// EndWindow closes a window.
func (a *App) EndWindow(ctx context.Context, k store.TargetKey, id string, end time.Time) (store.Window, error) {
	return ending(ctx, a, store.Windows, k, id, "windows", func(ctx context.Context, w *work, t store.Target, x store.Window) (store.Window, error) {
		switch {
		case x.Kind == windows.Hold:
			return x, closed(x.Name(), "ends with its hold")
		case !x.Open():
			return x, closed(x.Name(), "has ended")
		}
		x.End = end
		if err := (times{ahead: true}).check(x.Span, w.now); err != nil {
			return x, err
		}
		p, err := w.policy(ctx, x.Start)
		if err != nil {
			return x, err
		}
		if err := w.remindWindow(p, x); err != nil {
			return x, err
		}
		return x, w.putWindow(ctx, t, &x)
	})
}
