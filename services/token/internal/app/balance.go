package app

import (
	"context"
	"sync"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// Balance is how the lots of a ledger, or of all, stand at an instant.
type Balance struct {
	Sub    store.Sub
	Ledger string
	// Year is -1 outside every lot.
	Year int
	redeem.Figures
	From, To  date.Date
	AsOf      time.Time
	Suspended bool
}

// BalanceCall asks for a balance. Unit "" is the service's own, or the sum.
type BalanceCall struct {
	Sub  store.Sub
	Unit string
	// AsOf is zero for the provider's now.
	AsOf time.Time
}

// hot keeps the lots of subscriptions that are read often. An entry counts only
// while its stream's head is the one that it was read under: every change of a
// lot is published, so the head says whether something may have changed. It may
// be lost at any time.
type hot struct {
	app *App
	mu  sync.RWMutex
	by  map[store.Sub]*hotLots
}

// hotLots are the lots of one subscription as of a head.
type hotLots struct {
	head int64
	view *view
	lots []*store.Lot
}

// hotKept bounds the cached subscriptions.
const hotKept = 100_000

// lots gives the lots of a subscription as they are at the look.
func (h *hot) lots(ctx context.Context, s store.Sub, l *look) (*hotLots, error) {
	head := l.heads[s.Key().Stream()]
	h.mu.RLock()
	e := h.by[s]
	h.mu.RUnlock()
	if e != nil && e.head == head {
		return e, nil
	}
	v, err := h.app.load(ctx, h.app.DB.Read(), s)
	if err != nil {
		return nil, err
	}
	all, err := h.app.store.Lots(ctx, h.app.DB.Read(), s)
	if err != nil {
		return nil, err
	}
	// What was read is at least as new as the look; a change in between makes the
	// next look drop the entry.
	e = &hotLots{head: head, view: v, lots: all}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil || len(h.by) >= hotKept {
		h.by = map[store.Sub]*hotLots{}
	}
	h.by[s] = e
	return e, nil
}

// Balance gives one balance.
func (a *App) Balance(ctx context.Context, c BalanceCall) (Balance, error) {
	out, err := a.Balances(ctx, []BalanceCall{c})
	if err != nil {
		return Balance{}, err
	}
	return out[0], nil
}

// Balances gives many balances of one provider, all from one look.
func (a *App) Balances(ctx context.Context, calls []BalanceCall) ([]Balance, error) {
	if len(calls) > MaxBatch {
		return nil, fault.Invalid(reasonBatch, "requests", "a batch has at most 1000 items")
	}
	if len(calls) == 0 {
		return nil, nil
	}
	l, now, err := a.fresh.at(ctx, calls[0].Sub.Provider)
	if err != nil {
		return nil, err
	}
	out := make([]Balance, len(calls))
	for i, c := range calls {
		e, err := a.hot.lots(ctx, c.Sub, l)
		if err != nil {
			return nil, err
		}
		if out[i], err = a.balance(ctx, e, c, now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *App) balance(ctx context.Context, e *hotLots, c BalanceCall, now time.Time) (Balance, error) {
	v := e.view
	if !v.tokens {
		return Balance{}, answer(&redeem.Refusal{Reason: redeem.ReasonNoPolicy, Message: "the terms give tokens to no service of the kind " + v.sub.Kind}, c.Sub.Name())
	}
	ledger, ok := "", true
	if c.Unit != "" {
		ledger, ok = v.ledger(c.Unit)
	}
	if !ok {
		return Balance{}, fault.Invalid(redeem.ReasonUnitUnknown, "unit", "the service has no unit "+c.Unit)
	}
	at := c.AsOf
	if at.IsZero() {
		at = now
	}
	if at.After(now) {
		return Balance{}, fault.Invalid(redeem.ReasonTime, "as_of", "as_of lies after the provider's now")
	}
	all := e.lots
	if at.Before(now) {
		var err error
		if all, err = a.past(ctx, e, at); err != nil {
			return Balance{}, err
		}
	}
	sum := c.Unit == ""
	b := sumOf(v, all, func(l *store.Lot) bool { return sum || l.Ledger == ledger }, at)
	if !sum {
		b.Ledger = ledger
	}
	return b, nil
}

// sumOf adds up the lots that are open at an instant.
func sumOf(v *view, all []*store.Lot, of func(*store.Lot) bool, at time.Time) Balance {
	b := Balance{Sub: v.sub.Sub, Year: -1, AsOf: at, Suspended: v.service.Suspended(at)}
	today := v.today(at)
	if v.sub.Commencement.IsZero() {
		return b
	}
	for _, l := range all {
		if !of(l) || today.Before(l.From) || l.Ended(today) {
			continue
		}
		b.Figures = b.Figures.Plus(l.Figures(today))
		if b.Year < 0 || l.From.Before(b.From) {
			b.Year, b.From, b.To = l.Year, l.From, l.To
		}
	}
	return b
}

// past gives the lots as their ledger had recorded them by an instant.
func (a *App) past(ctx context.Context, e *hotLots, at time.Time) ([]*store.Lot, error) {
	sums, err := a.store.Sums(ctx, a.DB.Read(), e.view.sub.Sub, at)
	if err != nil {
		return nil, err
	}
	by := map[store.LotKey]store.Sum{}
	for _, s := range sums {
		by[store.LotKey{Ledger: s.Ledger, Year: s.Year}] = s
	}
	var out []*store.Lot
	for _, l := range e.lots {
		s, ok := by[store.LotKey{Ledger: l.Ledger, Year: l.Year}]
		if !ok && !l.AfterTerm {
			continue // not granted by then
		}
		was := *l
		was.Allotment, was.Used, was.Reserved, was.Lapsed = s.Allotment, s.Used, s.Reserved, false
		out = append(out, &was)
	}
	return out, nil
}

// UnitBalances lists the balances of a subscription's ledgers, or of several
// subscriptions, after the sort key of a subscription and ledger.
func (a *App) UnitBalances(ctx context.Context, parent store.Sub, from *store.Sub, ledger string, asOf time.Time, limit int) ([]Balance, error) {
	var out []Balance
	now, err := a.Now(ctx, parent.Provider)
	if err != nil {
		return nil, err
	}
	if from != nil {
		rest, err := a.ledgersOf(ctx, *from, &ledger, asOf, now)
		if err != nil {
			return nil, err
		}
		out = rest
	}
	for len(out) < limit {
		subs, err := a.store.Subscriptions(ctx, a.DB.Read(), parent, from, 100)
		if err != nil || len(subs) == 0 {
			return out, err
		}
		for _, s := range subs {
			more, err := a.ledgersOf(ctx, s.Sub, nil, asOf, now)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		from = &subs[len(subs)-1].Sub
	}
	return out[:limit], nil
}

func (a *App) ledgersOf(ctx context.Context, s store.Sub, past *string, asOf, now time.Time) ([]Balance, error) {
	v, err := a.load(ctx, a.DB.Read(), s)
	if err != nil || !v.tokens {
		return nil, err
	}
	all, err := a.store.Lots(ctx, a.DB.Read(), s)
	if err != nil {
		return nil, err
	}
	e := &hotLots{view: v, lots: all}
	var out []Balance
	last := ""
	for i, l := range all {
		if (i > 0 && l.Ledger == last) || (past != nil && l.Ledger <= *past) {
			last = l.Ledger
			continue
		}
		last = l.Ledger
		b, err := a.balance(ctx, e, BalanceCall{Sub: s, Unit: l.Ledger, AsOf: asOf}, now)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
