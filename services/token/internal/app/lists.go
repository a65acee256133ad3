package app

import (
	"cmp"
	"context"
	"slices"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/token/internal/lots"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Lot is a lot as it is shown.
type Lot struct {
	*store.Lot
	redeem.Figures
	Provisional bool
	Over        bool // its last day is past
	Citations   []explain.Citation
	Explanation *explain.Explanation
}

// LotOf gives a lot by its ledger and year.
func (a *App) LotOf(ctx context.Context, s store.Sub, ledger string, year int, full bool) (Lot, error) {
	all, err := a.LotsOf(ctx, s, full)
	if err != nil {
		return Lot{}, err
	}
	for _, l := range all {
		if l.Lot.Ledger == ledger && l.Lot.Year == year {
			return l, nil
		}
	}
	return Lot{}, fault.NotFound(fault.ReasonNotFound, s.Name()+"/lots")
}

// LotsOf lists the lots of a subscription that have begun, or had until the date
// of commencement was moved, by ledger and year.
func (a *App) LotsOf(ctx context.Context, s store.Sub, full bool) ([]Lot, error) {
	now, err := a.Now(ctx, s.Provider)
	if err != nil {
		return nil, err
	}
	v, err := a.load(ctx, a.DB.Read(), s)
	if err != nil {
		return nil, err
	}
	all, err := a.store.Lots(ctx, a.DB.Read(), s)
	if err != nil {
		return nil, err
	}
	today := v.today(now)
	var out []Lot
	for _, l := range all {
		if l.From.After(today) && !l.Opened {
			continue
		}
		x := Lot{Lot: l, Figures: l.Lot.Figures(today), Provisional: v.sub.Provisional || v.sub.Commencement.IsZero(), Over: l.Ended(today)}
		x.Citations = v.lots.Citations(lots.Lot{AfterTerm: l.AfterTerm, Prorated: l.Prorated})
		if full {
			x.Explanation = v.explainLot(l)
		}
		out = append(out, x)
	}
	return out, nil
}

// explainLot derives a lot's allotment: the cut of the clause, and corrections.
func (v *view) explainLot(l *store.Lot) *explain.Explanation {
	e, ok := lots.Explain(v.lots, v.facts, l.Ledger, l.Year)
	if !ok {
		return nil
	}
	if l.Corrected == 0 || len(e.Steps) == 0 {
		return &e
	}
	last := e.Steps[len(e.Steps)-1]
	add := func(op explain.Op, note string, result int, operands ...explain.Operand) {
		id := e.Result + "c"
		e.Steps = append(e.Steps, explain.Step{
			ID: id, Op: op, Unit: "tokens", Note: note, Operands: operands, Result: itoa(result), Citations: last.Citations,
		})
		e.Result = id
	}
	add(explain.OpAdd, "with approved corrections", l.Granted+l.Corrected,
		explain.Operand{Step: e.Result}, explain.Operand{Fact: &explain.Fact{Name: "corrections", Value: itoa(l.Corrected)}})
	if l.Granted+l.Corrected < 0 {
		add(explain.OpMax, "no more is taken away than there is", l.Allotment,
			explain.Operand{Step: e.Result}, explain.Operand{Literal: "0"})
	}
	return &e
}

// Redemption gives one use.
func (a *App) Redemption(ctx context.Context, s store.Sub, id string) (UseAnswer, error) {
	r, ok, err := a.store.Redemption(ctx, a.DB.Read(), s, id)
	if err != nil {
		return UseAnswer{}, err
	}
	if !ok {
		return UseAnswer{}, notFound(s, "redemptions", id)
	}
	return a.shown(ctx, r)
}

func (a *App) shown(ctx context.Context, r *store.Redemption) (UseAnswer, error) {
	v, err := a.near(ctx, a.DB.Read(), r.Sub)
	if err != nil {
		return UseAnswer{}, err
	}
	return UseAnswer{Redemption: r, Citations: v.citations(r)}, nil
}

// Redemptions lists uses in the order of their recording.
func (a *App) Redemptions(ctx context.Context, l store.Lines) ([]UseAnswer, error) {
	rs, err := a.store.Redemptions(ctx, a.DB.Read(), l)
	if err != nil {
		return nil, err
	}
	out := make([]UseAnswer, len(rs))
	for i, r := range rs {
		if out[i], err = a.shown(ctx, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Line is a line of the statement.
type Line struct {
	store.Entry
	Citations []explain.Citation
}

// Statement lists the ledger: uses and everything else, in the order of their
// recording.
func (a *App) Statement(ctx context.Context, l store.Lines) ([]Line, error) {
	entries, err := a.store.Entries(ctx, a.DB.Read(), l)
	if err != nil {
		return nil, err
	}
	uses, err := a.store.Redemptions(ctx, a.DB.Read(), l)
	if err != nil {
		return nil, err
	}
	for _, r := range uses {
		entries = append(entries, r.Entry())
	}
	slices.SortFunc(entries, func(x, y store.Entry) int {
		p, q := x.Place(), y.Place()
		return cmp.Or(p.Sub.Compare(q.Sub), cmp.Compare(p.Recorded, q.Recorded),
			cmp.Compare(p.Ledger, q.Ledger), cmp.Compare(p.Year, q.Year), cmp.Compare(p.Seq, q.Seq))
	})
	out := make([]Line, 0, min(len(entries), l.Limit))
	for _, e := range entries[:min(len(entries), l.Limit)] {
		v, err := a.near(ctx, a.DB.Read(), e.Sub)
		if err != nil {
			return nil, err
		}
		out = append(out, Line{e, v.lineCites(e)})
	}
	return out, nil
}

func (v *view) lineCites(e store.Entry) []explain.Citation {
	if !v.tokens {
		return nil
	}
	switch e.Kind {
	case store.Grant:
		return v.lots.Allotment()
	case store.Cut:
		return v.lots.Proration()
	case store.Expire:
		return v.lots.Expiry()
	case store.Correction:
		return nil
	}
	if e.Operation != "" {
		return v.operationCites(e.Operation)
	}
	return v.lots.Allotment()
}

// Held gives one reservation.
func (a *App) Held(ctx context.Context, s store.Sub, id string) (Held, error) {
	r, ok, err := a.store.Reservation(ctx, a.DB.Read(), s, id)
	if err != nil {
		return Held{}, err
	}
	if !ok {
		return Held{}, notFound(s, "reservations", id)
	}
	return a.held(ctx, r)
}

func (a *App) held(ctx context.Context, r store.Reservation) (Held, error) {
	v, err := a.near(ctx, a.DB.Read(), r.Sub)
	if err != nil {
		return Held{}, err
	}
	cites := v.operationCites(r.Operation)
	if op, err := v.uses.Operation(r.Operation); err == nil && r.Windowed {
		cites = append(append([]explain.Citation{}, cites...), op.WindowCites...)
	}
	return Held{r, cites}, nil
}

// HeldList lists reservations after a sort key.
func (a *App) HeldList(ctx context.Context, s store.Sub, from []any, limit int) ([]Held, error) {
	rs, err := a.store.Reservations(ctx, a.DB.Read(), s, from, limit)
	return each(rs, err, func(r store.Reservation) (Held, error) { return a.held(ctx, r) })
}

func each[T, U any](in []T, err error, f func(T) (U, error)) ([]U, error) {
	if err != nil {
		return nil, err
	}
	out := make([]U, len(in))
	for i, v := range in {
		if out[i], err = f(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Overage gives one overage.
func (a *App) Overage(ctx context.Context, s store.Sub, id string) (Beyond, error) {
	o, ok, err := a.store.Overage(ctx, a.DB.Read(), s, id)
	if err != nil {
		return Beyond{}, err
	}
	if !ok {
		return Beyond{}, notFound(s, "overages", id)
	}
	return a.beyondOf(ctx, o)
}

func (a *App) beyondOf(ctx context.Context, o store.Overage) (Beyond, error) {
	v, err := a.near(ctx, a.DB.Read(), o.Sub)
	if err != nil {
		return Beyond{}, err
	}
	return Beyond{o, v.overageCites(&o)}, nil
}

// Overages lists overages after a sort key.
func (a *App) Overages(ctx context.Context, s store.Sub, from []any, limit int) ([]Beyond, error) {
	os, err := a.store.Overages(ctx, a.DB.Read(), s, from, limit)
	return each(os, err, func(o store.Overage) (Beyond, error) { return a.beyondOf(ctx, o) })
}

// Corrections lists corrections after a sort key.
func (a *App) Corrections(ctx context.Context, s store.Sub, from []any, limit int) ([]store.Correct, error) {
	return a.store.Corrections(ctx, a.DB.Read(), s, from, limit)
}

// Storage gives the storage of a snapshot service as last reported.
func (a *App) Storage(ctx context.Context, s store.Sub) (store.Storage, error) {
	st, ok, err := a.store.Storage(ctx, a.DB.Read(), s)
	if err == nil && !ok {
		err = fault.NotFound(fault.ReasonNotFound, s.Name()+"/snapshotStore")
	}
	return st, err
}

// Subs lists the subscriptions below a parent, after one.
func (a *App) Subs(ctx context.Context, parent store.Sub, from *store.Sub, limit int) ([]store.Sub, error) {
	rows, err := a.store.Subscriptions(ctx, a.DB.Read(), parent, from, limit)
	return each(rows, err, func(s store.Subscription) (store.Sub, error) { return s.Sub, nil })
}
