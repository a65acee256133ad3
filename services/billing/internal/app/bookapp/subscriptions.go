package bookapp

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// Kinds of the book's deadlines.
const (
	KindCommencementWindow = "commencement_window"
	KindTermEnd            = "term_end"
	KindSubscriptionEnd    = "subscription_end"
	KindAckReminder        = "ack_reminder"
	KindDeemedCancellation = "deemed_cancellation"
)

func windowName(k book.SubscriptionKey) string { return KindCommencementWindow + "/" + k.Name() }
func termName(k book.SubscriptionKey) string   { return KindTermEnd + "/" + k.Name() }
func endName(k book.SubscriptionKey) string    { return KindSubscriptionEnd + "/" + k.Name() }
func ackName(k book.SubscriptionKey) string    { return KindAckReminder + "/" + k.Name() }
func deemedName(k book.SubscriptionKey) string { return KindDeemedCancellation + "/" + k.Name() }

// Subscription reads a subscription.
func (a *App) Subscription(ctx context.Context, k book.SubscriptionKey) (book.Subscription, error) {
	return a.subscription(ctx, a.db.Read(), k)
}

func (a *App) subscription(ctx context.Context, q db.Querier, k book.SubscriptionKey) (book.Subscription, error) {
	s, ok, err := a.store.Subscription(ctx, q, k)
	return found(s, ok, err, k.Name())
}

// Subscriptions lists subscriptions below the scope by customer, contract and
// id.
func (a *App) Subscriptions(ctx context.Context, scope book.ContractKey, after []string, limit int) ([]book.Subscription, error) {
	if err := a.parent(ctx, scope); err != nil {
		return nil, err
	}
	return a.store.Subscriptions(ctx, a.db.Read(), scope, after, limit)
}

// work is a subscription while a use case or a deadline changes it. What is
// published on the way carries the subscription as it stands by then; the row is
// written once, at the end.
type work struct {
	*App
	tx       *commit.Tx
	contract book.Contract
	sub      book.Subscription
	today    date.Date
	zone     *time.Location
}

// load reads a subscription for a change.
func (a *App) load(ctx context.Context, tx *commit.Tx, k book.SubscriptionKey) (*work, error) {
	s, err := a.subscription(ctx, tx, k)
	if err != nil {
		return nil, err
	}
	c, err := a.contract(ctx, tx, k.ContractKey)
	if err != nil {
		return nil, err
	}
	t, err := a.policies.Resolve(ctx, tx, c.Provider, c.Hash, c.Readings)
	if err != nil {
		return nil, err
	}
	return &work{App: a, tx: tx, contract: c, sub: s, today: today(tx.Now(), t), zone: t.Zone()}, nil
}

// change loads a subscription, lets do change it, and keeps it.
func (a *App) change(ctx context.Context, k book.SubscriptionKey, etag string, do func(ctx context.Context, w *work) error) (book.Subscription, error) {
	again := func(ctx context.Context, q db.Querier) (book.Subscription, error) { return a.subscription(ctx, q, k) }
	return write(ctx, a, keyOf(k.ContractKey), func(ctx context.Context, tx *commit.Tx) (book.Subscription, error) {
		w, err := a.load(ctx, tx, k)
		if err != nil {
			return book.Subscription{}, err
		}
		if err := checkEtag(etag, w.sub.Version, k.Name()); err != nil {
			return book.Subscription{}, err
		}
		if err := do(ctx, w); err != nil {
			return book.Subscription{}, err
		}
		return w.sub, w.keep(ctx)
	}, again)
}

// keep writes the subscription, and what its order and contract became by it.
func (w *work) keep(ctx context.Context) error {
	w.sub.Version++
	if err := updated(w.store.UpdateSubscription(ctx, w.tx, w.sub, w.sub.Version-1), w.sub.Name()); err != nil {
		return err
	}
	return w.settleOrder(ctx)
}

// terms are those in force on a day.
func (w *work) terms(ctx context.Context, on date.Date) (terms.Resolved, error) {
	return w.policies.For(ctx, w.tx, w.contract, on)
}

// needs refuses the call where the subscription is in none of the states.
func (w *work) needs(msg string, states ...book.SubscriptionState) error {
	if slices.Contains(states, w.sub.State) {
		return nil
	}
	return fault.Precondition(ReasonSubscriptionState, w.sub.Name(), "the subscription is "+string(w.sub.State)+": "+msg).
		With("state", string(w.sub.State))
}

// facts is the subscription as it stands, for a change.
func (w *work) facts() book.SubscriptionFacts {
	return book.SubscriptionFacts{Subscription: w.sub, Contract: factsOf(w.contract, w.today)}
}

// publish puts a change of the subscription into the feed, effective at the
// start of a day; the zero day means now.
func (w *work) publish(typ string, on date.Date, body any) {
	d := commit.Draft{Type: typ, Subject: w.sub.Name(), Body: body}
	if !on.IsZero() {
		d.Effective = on.Start(w.zone)
	}
	w.tx.Publish(d)
}

// changed says that something about the subscription changed that has no fact
// of its own.
func (w *work) changed(on date.Date) {
	w.publish(book.TypeSubscriptionChanged, on, book.SubscriptionChanged{Subscription: w.facts()})
}

// remind sets a deadline of the subscription that acts at the start of a day.
func (w *work) remind(name, kind, clause, consequence string, rank int, first date.Date) error {
	return w.tx.SetDeadline(commit.Deadline{
		Name: name, Subject: w.sub.Name(), Kind: kind, Clause: clause,
		Consequence: consequence, Rank: rank, Due: first.Start(w.zone),
	})
}

// settleOrder moves the order and the contract on with their subscriptions: an
// order has commenced when all its services have, and is over when they are.
func (w *work) settleOrder(ctx context.Context) error {
	o, err := w.order(ctx, w.tx, w.sub.ContractKey.Order(w.sub.Order))
	if err != nil {
		return err
	}
	subs, err := w.store.Subscriptions(ctx, w.tx, w.sub.ContractKey, nil, everything)
	if err != nil {
		return err
	}
	state, last := orderAfter(o, subs)
	if state == o.State {
		return nil
	}
	o.State = state
	o.Version++
	if err := updated(w.store.UpdateOrder(ctx, w.tx, o, o.Version-1), o.Name()); err != nil {
		return err
	}
	if state != book.ClosedOrder && state != book.CancelledOrder {
		return nil
	}
	return w.settleContract(ctx, last)
}

// orderAfter is the state of an order by its subscriptions, and the last day of
// the last of them.
func orderAfter(o book.Order, subs []book.Subscription) (book.OrderState, date.Date) {
	all, over, cancelled, commenced := 0, 0, 0, 0
	var last date.Date
	for _, s := range subs {
		if s.Order != o.Order {
			continue
		}
		all++
		switch {
		case s.State == book.Cancelled:
			cancelled++
			over++
		case s.State == book.Ended:
			over++
			last = latest(last, s.End.LastDay)
		case s.Live():
			commenced++
		}
	}
	switch {
	case all > 0 && cancelled == all:
		return book.CancelledOrder, last
	case all > 0 && over == all:
		return book.ClosedOrder, last
	case commenced > 0 && commenced+over == all:
		return book.CommencedOrder, last
	case o.State == book.CommencedOrder:
		return book.AcceptedOrder, last // a commencement was revoked
	}
	return o.State, last
}

func latest(a, b date.Date) date.Date {
	if a.IsZero() {
		return b
	}
	if b.IsZero() {
		return a
	}
	return date.Max(a, b)
}

// settleContract ends the contract with its last order.
func (w *work) settleContract(ctx context.Context, last date.Date) error {
	orders, err := w.store.Orders(ctx, w.tx, w.sub.ContractKey, nil, everything)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.State != book.ClosedOrder && o.State != book.CancelledOrder {
			return nil
		}
	}
	if last.IsZero() {
		last = w.today // every service was cancelled before it began
	}
	t, err := w.terms(ctx, w.today)
	if err != nil {
		return err
	}
	c := &w.contract
	c.State, c.EndDate = book.EndedContract, last
	if f := t.Formation; f != nil && f.SurvivalClause != "" {
		c.Survival = book.Survival{Clause: f.SurvivalClause, Clauses: f.SurvivingClauses}
	}
	c.Version++
	if err := updated(w.store.UpdateContract(ctx, w.tx, *c, c.Version-1), c.Name()); err != nil {
		return err
	}
	w.tx.Publish(commit.Draft{
		Type: book.TypeContractEnded, Subject: c.Name(),
		Body: book.ContractEnded{Contract: c.Name(), LastDay: last},
	})
	return nil
}
