package bookapp

import (
	"context"
	"slices"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/ordering"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/terms"
)

// CreateOrder drafts an order. Nothing of it binds before both have signed.
func (a *App) CreateOrder(ctx context.Context, o book.Order) (book.Order, error) {
	again := func(ctx context.Context, q db.Querier) (book.Order, error) { return a.order(ctx, q, o.OrderKey) }
	return write(ctx, a, keyOf(o.ContractKey), func(ctx context.Context, tx *commit.Tx) (book.Order, error) {
		c, err := a.contract(ctx, tx, o.ContractKey)
		if err != nil {
			return o, err
		}
		if c.State == book.EndedContract {
			return o, contractState(o.ContractKey, "the contract has ended; conclude another one")
		}
		_, t, err := a.inForce(ctx, tx, c)
		if err != nil {
			return o, err
		}
		if err := orderFault(ordering.Check(t, toCheck(o, c.Currency))); err != nil {
			return o, err
		}
		if err := a.roomFor(ctx, tx, t, o); err != nil {
			return o, err
		}
		completeUnits(t, o.Services)
		cite(t, &o)
		o.State, o.Version = book.DraftOrder, 1
		return o, inserted(a.store.InsertOrder(ctx, tx, o), o.Name())
	}, again)
}

// inForce is the provider's today for a contract, and the terms with the
// readings in force then.
func (a *App) inForce(ctx context.Context, tx *commit.Tx, c book.Contract) (date.Date, terms.Resolved, error) {
	t, err := a.policies.Resolve(ctx, tx, c.Provider, c.Hash, c.Readings)
	if err != nil {
		return date.Date{}, t, err
	}
	day := today(tx.Now(), t)
	t, err = a.policies.For(ctx, tx, c, day)
	return day, t, err
}

// everything is a limit above the rows of one contract.
const everything = 100000

// roomFor refuses an order that the contract has no place for: a second one
// where every order is an agreement of its own, or a subscription id that is
// taken.
func (a *App) roomFor(ctx context.Context, tx *commit.Tx, t terms.Resolved, o book.Order) error {
	others, err := a.store.Orders(ctx, tx, o.ContractKey, nil, everything)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.State == book.CancelledOrder || other.Order == o.Order {
			continue
		}
		if t.Formation != nil && t.Is(t.Formation.Scope, "PER_ORDER") {
			return contractState(o.ContractKey, "each order is an agreement of its own, and this contract has the order "+
				other.Order+"; conclude another contract")
		}
		for i, s := range o.Services {
			if slices.ContainsFunc(other.Services, func(x book.Service) bool { return x.Subscription == s.Subscription }) {
				return fault.Exists(fault.ReasonAlreadyExists, o.Subscription(s.Subscription).Name()).
					And(servicePath(i)+".subscription_id", "the order "+other.Order+" has a service of that id")
			}
		}
	}
	return nil
}

// cite names the clauses that an order rests on: the one that asks for it, and
// the one by which the agreement prevails over some of its terms.
func cite(t terms.Resolved, o *book.Order) {
	if t.Formation == nil {
		return
	}
	o.Clause = t.Formation.OrderClause
	for i := range o.Ineffective {
		o.Ineffective[i].Precedence = t.Formation.PrecedenceClause
	}
}

// completeUnits gives units without a kind the one of their service.
func completeUnits(t terms.Resolved, services []book.Service) {
	for _, s := range services {
		k, _ := t.Kind(s.Kind)
		for i := range s.Units {
			if s.Units[i].Kind == "" {
				s.Units[i].Kind = k.Unit
			}
		}
	}
}

// Order reads an order.
func (a *App) Order(ctx context.Context, k book.OrderKey) (book.Order, error) {
	return a.order(ctx, a.db.Read(), k)
}

func (a *App) order(ctx context.Context, q db.Querier, k book.OrderKey) (book.Order, error) {
	o, ok, err := a.store.Order(ctx, q, k)
	return found(o, ok, err, k.Name())
}

// Orders lists orders below the scope by customer, contract and id.
func (a *App) Orders(ctx context.Context, scope book.ContractKey, after []string, limit int) ([]book.Order, error) {
	if err := a.parent(ctx, scope); err != nil {
		return nil, err
	}
	return a.store.Orders(ctx, a.db.Read(), scope, after, limit)
}

// orderWork is a change of an order while it is decided.
type orderWork struct {
	*App
	tx       *commit.Tx
	contract book.Contract
	order    book.Order
	terms    terms.Resolved
	today    date.Date
}

// changeOrder loads an order, lets do change it, and keeps it.
func (a *App) changeOrder(ctx context.Context, k book.OrderKey, etag string, do func(ctx context.Context, w *orderWork) error) (book.Order, error) {
	again := func(ctx context.Context, q db.Querier) (book.Order, error) { return a.order(ctx, q, k) }
	return write(ctx, a, keyOf(k.ContractKey), func(ctx context.Context, tx *commit.Tx) (book.Order, error) {
		w, err := a.loadOrder(ctx, tx, k)
		if err != nil {
			return book.Order{}, err
		}
		if err := checkEtag(etag, w.order.Version, k.Name()); err != nil {
			return book.Order{}, err
		}
		if err := do(ctx, w); err != nil {
			return book.Order{}, err
		}
		return w.order, w.keep(ctx)
	}, again)
}

func (a *App) loadOrder(ctx context.Context, tx *commit.Tx, k book.OrderKey) (*orderWork, error) {
	o, err := a.order(ctx, tx, k)
	if err != nil {
		return nil, err
	}
	c, err := a.contract(ctx, tx, k.ContractKey)
	if err != nil {
		return nil, err
	}
	day, t, err := a.inForce(ctx, tx, c)
	return &orderWork{App: a, tx: tx, contract: c, order: o, terms: t, today: day}, err
}

func (w *orderWork) keep(ctx context.Context) error {
	w.order.Version++
	return updated(w.store.UpdateOrder(ctx, w.tx, w.order, w.order.Version-1), w.order.Name())
}

// needs refuses the call where the order is in none of the states.
func (w *orderWork) needs(msg string, states ...book.OrderState) error {
	if slices.Contains(states, w.order.State) {
		return nil
	}
	return orderState(w.order, msg)
}

func orderState(o book.Order, msg string) error {
	return fault.Precondition(ReasonOrderState, o.Name(), "the order is "+string(o.State)+": "+msg).With("state", string(o.State))
}
