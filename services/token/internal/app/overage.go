package app

import (
	"context"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/redeem"
	"cloudpact.dev/services/token/internal/store"
)

// QuoteCall names a price for one use beyond the tokens.
type QuoteCall struct {
	Sub       store.Sub
	ID        string
	Operation string
	Units     []string
	// Price; nil takes the order's or the last agreed one.
	Price *money.Money
}

// Beyond is an overage with its clauses.
type Beyond struct {
	store.Overage
	Citations []explain.Citation
}

// Quote names a price for a use beyond the tokens.
func (a *App) Quote(ctx context.Context, call QuoteCall) (Beyond, error) {
	if err := resource.CheckID(call.ID, "overage_id"); err != nil {
		return Beyond{}, err
	}
	return commit.Run(ctx, a.Commit, call.Sub.Key(), func(ctx context.Context, tx *commit.Tx) (Beyond, error) {
		c, err := a.work(ctx, tx, call.Sub)
		if err != nil {
			return Beyond{}, err
		}
		if _, exists, err := a.store.Overage(ctx, tx, call.Sub, call.ID); err != nil || exists {
			if exists {
				err = fault.Exists(fault.ReasonAlreadyExists, call.Sub.Name()+"/overages/"+call.ID)
			}
			return Beyond{}, err
		}
		return c.quote(call)
	})
}

func (c *cutting) quote(call QuoteCall) (Beyond, error) {
	plan, err := planUse(c.v, redeem.Use{Operation: call.Operation, Units: call.Units}, c.now)
	if err != nil {
		return Beyond{}, answer(err, call.Sub.Name())
	}
	price, err := c.priceFor(call.Price, "price")
	if err != nil {
		return Beyond{}, err
	}
	o := store.Overage{
		Sub: call.Sub, ID: call.ID, Operation: call.Operation, Ledger: plan.Ledgers[0], Units: call.Units,
		Year: c.v.year(plan.Ledgers[0], plan.Day), Price: price, State: store.Quoted, Quoted: c.today, UseDay: c.today, ByQuote: plan.ByQuote,
	}
	if err := c.store.PutOverage(c.ctx, c.tx, &o); err != nil {
		return Beyond{}, err
	}
	c.tx.Publish(commit.Draft{Type: TypeOverageQuoted, Subject: call.Sub.Name(), Body: OverageQuoted{o}})
	return Beyond{o, c.v.overageCites(&o)}, nil
}

// priceFor checks a price, or takes the order's memory where none is given.
func (c *cutting) priceFor(p *money.Money, field string) (*money.Money, error) {
	if p == nil {
		m, err := c.priceMemory(c.ctx, c.tx, c.v)
		if err == nil && m == nil {
			err = fault.Invalid(fault.ReasonFieldInvalid, field, "no price was agreed under the order yet; name one")
		}
		return m, err
	}
	if c.v.sub.Currency != "" && p.Currency != c.v.sub.Currency {
		return nil, fault.Invalid(reasonCurrency, field, "the contract's currency is "+c.v.sub.Currency)
	}
	if p.Sign() < 0 {
		return nil, fault.Invalid(reasonAmount, field, "a price is not negative")
	}
	return p, nil
}

// overageOf reads an overage for a change.
func (c *cutting) overageOf(id, etag string) (*store.Overage, error) {
	o, ok, err := c.store.Overage(c.ctx, c.tx, c.v.sub.Sub, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notFound(c.v.sub.Sub, "overages", id)
	}
	return &o, checkEtag(etag, o.Version, c.v.sub.Sub.Name()+"/overages/"+id)
}

func overageState(o *store.Overage) error {
	return fault.Precondition(redeem.ReasonOverageState, o.Sub.Name()+"/overages/"+o.ID, "the overage is "+o.State)
}

// Agree records the customer's agreement to a price. For a use that was made
// without one it sets the price, and the use is charged.
func (a *App) Agree(ctx context.Context, s store.Sub, id, etag string, price *money.Money, subject string) (Beyond, error) {
	return commit.Run(ctx, a.Commit, s.Key(), func(ctx context.Context, tx *commit.Tx) (Beyond, error) {
		c, err := a.work(ctx, tx, s)
		if err != nil {
			return Beyond{}, err
		}
		o, err := c.overageOf(id, etag)
		if err != nil {
			return Beyond{}, err
		}
		switch o.State {
		case store.Quoted:
			if price != nil && (o.Price == nil || *price != *o.Price) {
				return Beyond{}, fault.Invalid(reasonAmount, "price", "the quoted price is "+o.Price.String()+"; quote anew for another one")
			}
			o.State = store.Agreed
		case store.Unpriced:
			if err := c.agreePending(o, price); err != nil {
				return Beyond{}, err
			}
		default:
			return Beyond{}, overageState(o)
		}
		o.Agreed, o.AgreedBy = c.today, subject
		if err := a.store.PutOverage(ctx, tx, o); err != nil {
			return Beyond{}, err
		}
		tx.Publish(commit.Draft{Type: TypeOverageAgreed, Subject: s.Name(), Body: OverageAgreed{*o}})
		if o.State == store.Executed {
			tx.Publish(commit.Draft{Type: TypeOverageUsed, Subject: s.Name(), Body: used(o, c.v)})
		}
		return Beyond{*o, c.v.overageCites(o)}, a.remember(ctx, tx, c, *o.Price)
	})
}

// agreePending prices a use that was made before a price was agreed.
func (c *cutting) agreePending(o *store.Overage, price *money.Money) error {
	p, err := c.priceFor(price, "price")
	if err != nil {
		return err
	}
	o.Price, o.State = p, store.Executed
	r, ok, err := c.store.Redemption(c.ctx, c.tx, o.Sub, o.Redemption)
	if err != nil || !ok {
		return err
	}
	r.State = store.Over
	return c.store.Bear(c.ctx, c.tx, r)
}

// remember keeps the price for later overage of the order.
func (a *App) remember(ctx context.Context, tx *commit.Tx, c *cutting, price money.Money) error {
	return a.store.PutPrice(ctx, tx, store.Price{
		Provider: c.v.sub.Provider, Customer: c.v.sub.Customer, Order: c.v.sub.Order,
		Price: price, Agreed: c.today,
	})
}

// Decline records that the customer declined a price; nothing is done.
func (a *App) Decline(ctx context.Context, s store.Sub, id, etag string) (Beyond, error) {
	return commit.Run(ctx, a.Commit, s.Key(), func(ctx context.Context, tx *commit.Tx) (Beyond, error) {
		c, err := a.work(ctx, tx, s)
		if err != nil {
			return Beyond{}, err
		}
		o, err := c.overageOf(id, etag)
		if err != nil {
			return Beyond{}, err
		}
		if o.State != store.Quoted {
			return Beyond{}, overageState(o)
		}
		o.State = store.Declined
		return Beyond{*o, c.v.overageCites(o)}, a.store.PutOverage(ctx, tx, o)
	})
}
