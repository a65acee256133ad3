package app

import (
	"context"
	"strings"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/token/internal/store"
)

// priceMemory is the price that a use beyond the tokens has without a new
// agreement: the one last agreed under the order, else the order's own; nil for
// none.
func (a *App) priceMemory(ctx context.Context, q store.Querier, v *view) (*money.Money, error) {
	p, ok, err := a.store.Price(ctx, q, v.sub.Sub, v.sub.Order)
	if err != nil {
		return nil, err
	}
	if ok {
		return &p.Price, nil
	}
	if v.sub.OveragePrice == "" || v.sub.Currency == "" {
		return nil, nil
	}
	m, err := money.Parse(v.sub.Currency, v.sub.OveragePrice)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

// unpriced is the overage of a use for which none was quoted: it takes the price
// of the order's memory, or waits for one. Its id is the use's.
func (a *App) unpriced(ctx context.Context, q store.Querier, v *view, r *store.Redemption, retroactive bool) (*store.Overage, error) {
	o := &store.Overage{
		Sub: r.Sub, ID: resource.ID("overage", r.Sub.Name(), r.ID), Operation: r.Operation, Ledger: r.Ledger,
		Units: r.Units, Retroactive: retroactive,
	}
	had, ok, err := a.store.Overage(ctx, q, r.Sub, o.ID)
	if err != nil {
		return nil, err
	}
	if ok {
		return &had, nil
	}
	o.Price, err = a.priceMemory(ctx, q, v)
	return o, err
}

// citations of a redemption.
func (v *view) citations(r *store.Redemption) []explain.Citation {
	return v.operationCites(r.Operation)
}

func (v *view) operationCites(name string) []explain.Citation {
	op, err := v.uses.Operation(name)
	if err != nil {
		return nil
	}
	return op.Cites
}

// OverageCites are the clauses that make a use chargeable.
func (v *view) overageCites(o *store.Overage) []explain.Citation {
	switch {
	case o.ByQuote:
		return v.operationCites(o.Operation)
	case v.afterTerm(o):
		return v.lots.AfterTerm()
	case o.Retroactive:
		return append(v.lots.Proration(), v.lots.Allotment()...)
	}
	return v.lots.Allotment()
}

// afterTerm tells whether the overage is of the time after the service period.
func (v *view) afterTerm(o *store.Overage) bool {
	return !v.sub.TermEnd.IsZero() && !o.UseDay.IsZero() && !o.UseDay.Before(v.sub.TermEnd)
}

func (v *view) overageClause(o *store.Overage) string {
	cites := v.overageCites(o)
	if len(cites) == 0 {
		return ""
	}
	return strings.Clone(cites[0].Clause)
}
