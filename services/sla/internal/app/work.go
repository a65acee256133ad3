package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
)

// work is one commit's view of a subscription and its targets, or of a shared
// platform.
type work struct {
	a   *App
	tx  *commit.Tx
	sub store.Subscription
	now time.Time

	targets  []store.Target
	listed   bool
	breaches []store.Breach
	read     bool
}

// work loads a subscription; the zero Sub is that of a shared platform.
func (a *App) work(ctx context.Context, tx *commit.Tx, s store.Sub) (*work, error) {
	w := &work{a: a, tx: tx, now: tx.Now()}
	w.sub.Sub = s
	if s.IsZero() {
		return w, nil
	}
	sub, ok, err := a.store.Subscription(ctx, tx, s)
	if ok {
		w.sub = sub
	}
	return w, err
}

// shared tells whether it is the work on a shared platform, which stands under
// no agreement.
func (w *work) shared() bool { return w.sub.IsZero() }

// policy is the agreement in force at an instant.
func (w *work) policy(ctx context.Context, at time.Time) (policy, error) {
	return w.a.policyAt(ctx, w.tx, w.sub, at)
}

// all lists the subscription's targets.
func (w *work) all(ctx context.Context) ([]store.Target, error) {
	if w.listed || w.shared() {
		return w.targets, nil
	}
	var err error
	w.targets, err = w.a.store.TargetsOf(ctx, w.tx, w.sub.Sub)
	w.listed = err == nil
	return w.targets, err
}

// record is what is on file towards one target.
type record struct {
	breaches []duties.Breach
	windows  []windows.Window
	rest     duties.Record
}

// object is where the records of a target lie.
func object(t store.Target) duties.Object {
	return duties.Object{Service: t.Sub.Name(), Unit: t.Unit, Group: t.Group}
}

// record reads what decides on incidents of a target from an instant on. What
// else was recorded is read only where a breach asks for it.
func (w *work) record(ctx context.Context, t store.Target, since time.Time) (record, error) {
	var out record
	if w.shared() {
		return out, nil
	}
	targets, err := w.all(ctx)
	if err != nil {
		return out, err
	}
	if !w.read {
		if w.breaches, err = w.a.store.BreachesOf(ctx, w.tx, w.sub.Sub); err != nil {
			return out, err
		}
		w.read = true
	}
	on := make(map[string]store.Target, len(targets))
	for _, x := range targets {
		on[x.ID] = x
	}
	for _, b := range w.breaches {
		out.breaches = append(out.breaches, duties.Breach{
			Name: b.Name(), Clause: b.Clause, On: object(on[b.Target.ID]), From: b.Start, To: b.End, Proved: b.Evidence != "",
		})
	}
	if len(out.breaches) > 0 {
		since = time.Time{}
		if err := w.history(ctx, t, &out.rest); err != nil {
			return out, err
		}
	}
	for _, x := range targets {
		if x.ID != t.ID && !x.Whole() {
			continue
		}
		if err := w.windowsOf(ctx, x, t, since, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// windowsOf adds the windows of a target that concern another one: its own, and
// those of the service as a whole. Each target has its own row of a hold.
func (w *work) windowsOf(ctx context.Context, from, to store.Target, since time.Time, out *record) error {
	all, err := store.Windows.Since(ctx, w.tx, from.TargetKey, since)
	if err != nil {
		return err
	}
	for _, x := range all {
		switch {
		case x.Kind == windows.Schedule:
			p := duties.Planned{Name: x.Name(), On: object(from), From: x.Start, To: x.End}
			if x.Open() {
				p.To = w.now
			}
			out.rest.Schedule = append(out.rest.Schedule, p)
		case x.Kind == windows.Hold && from.ID != to.ID:
		default:
			out.windows = append(out.windows, windows.Window{
				Name: x.Name(), Kind: x.Kind, Clause: x.Clause, From: x.Start, To: x.End, Announced: x.Announced, Reasoned: x.Reason != "",
			})
		}
	}
	return nil
}

// history reads the runs and outages of a target that decide on breaches.
func (w *work) history(ctx context.Context, t store.Target, out *duties.Record) error {
	runs, err := store.Runs.Since(ctx, w.tx, t.TargetKey, time.Time{})
	if err != nil {
		return err
	}
	for _, r := range runs {
		at := duties.Mark{Name: r.Name(), On: object(t), At: r.End}
		switch {
		case r.Succeeded && r.Operation == replication:
			out.Syncs = append(out.Syncs, at)
		case !r.Succeeded && !r.Emailed.IsZero():
			at.At = r.Emailed
			out.Mails = append(out.Mails, duties.Mail{Mark: at, FailureType: failureOf(r.Operation)})
		}
	}
	outages, err := store.Outages.Since(ctx, w.tx, t.TargetKey, time.Time{})
	for _, o := range outages {
		if o.Cause != causeCustomer {
			out.Disasters = append(out.Disasters, duties.Planned{Name: o.Name(), On: object(t), From: o.Start, To: o.End})
		}
	}
	return err
}

// replication is the operation after whose success a replica is whole again.
const replication = "REPLICATION"

// failureOf is the failure type of an operation that failed.
func failureOf(operation string) string { return operation + "_FAILED" }

// Causes of an outage. They are recorded and told; what counts is decided by
// duties and windows alone.
const (
	causeProvider     = "PROVIDER"
	causeCustomer     = "CUSTOMER"
	causeThirdParty   = "THIRD_PARTY"
	causeMaintenance  = "MAINTENANCE"
	causeForceMajeure = "FORCE_MAJEURE"
	causeUnknown      = "UNKNOWN"
)

var causes = []string{causeProvider, causeCustomer, causeThirdParty, causeMaintenance, causeForceMajeure, causeUnknown}

// changed judges again what a record may have changed: the incidents of its
// target, or with wide those of every target, that had not ended before it
// began, and the months that were measured since.
func (w *work) changed(ctx context.Context, t store.Target, since time.Time, wide bool) error {
	w.read = false
	if w.shared() {
		return nil
	}
	targets := []store.Target{t}
	if wide {
		all, err := w.all(ctx)
		if err != nil {
			return err
		}
		targets = slices.Clone(all)
	}
	for _, t := range targets {
		if err := w.assess(ctx, t, since); err != nil {
			return err
		}
	}
	return nil
}
