package app

import (
	"context"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/store"
)

// RecordRun records one run of an operation and judges it.
func (a *App) RecordRun(ctx context.Context, r store.Run) (store.Run, error) {
	if err := resource.CheckID(r.ID, "run_id"); err != nil {
		return r, err
	}
	return on(ctx, a, r.Target, r.Start, func(ctx context.Context, w *work, t store.Target, p policy) (store.Run, error) {
		r := r // an act may run again
		if err := checkRun(w, p, r); err != nil {
			return r, err
		}
		if err := store.Runs.Put(ctx, w.tx, &r); err != nil {
			return r, inserted(err, r.Name())
		}
		w.tx.Publish(commit.Draft{Type: TypeRunRecorded, Subject: r.Name(), Effective: r.End, Body: RunRecorded{r}})
		if err := w.remindReply(ctx, t, p, r); err != nil {
			return r, err
		}
		return r, w.changed(ctx, t, r.Start, false)
	}, func(ctx context.Context, q db.Querier) (store.Run, bool, error) {
		return store.Runs.Get(ctx, q, r.Target, r.ID)
	})
}

func checkRun(w *work, p policy, r store.Run) error {
	if r.Open() {
		return invalid("run.end_time", "end_time is needed: a run is recorded when it is over")
	}
	if err := (times{field: "run", point: true}).check(r.Span, w.now); err != nil {
		return err
	}
	if err := told(r.Emailed, r.End, w.now, "run.result_emailed_time"); err != nil {
		return err
	}
	if !p.runs(r.Operation) {
		return fault.Invalid(ReasonKindUnknown, "run.operation", "the terms know no operation "+quote(r.Operation)+" that can fail")
	}
	return nil
}
