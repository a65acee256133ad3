// Package replacement is the price of hardware and software that was lost,
// damaged or not returned (cpc/18, cpc/21): what is owed for an asset, once, and
// by when.
package replacement

import (
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Case is why the price of an asset may be payable. Dates are contract days.
type Case struct {
	// Delivered is the first day in the customer's custody, Received the day on
	// which the provider had it back; zero for not yet.
	Delivered, Received date.Date
	// Event is the day of the loss or damage; zero for a failure to return.
	Event date.Date
	// Wear tells that the damage is fair wear and tear.
	Wear bool
	// Demanded is the day of the demand, Price the market price that it states.
	Demanded date.Date
	Price    money.Money
	// Charged is what was charged for the asset before.
	Charged money.Money
}

// Owed is the price that is payable for the asset now and the last day to pay;
// nothing where the asset was not in custody, is merely worn, or was charged
// before.
func Owed(r terms.Resolved, c Case) (money.Money, date.Date) {
	none := money.Zero(c.Price.Currency)
	p := r.Replacement
	if p == nil || r.Flag(p.OncePerAsset) && c.Charged.Sign() > 0 {
		return none, date.Date{}
	}
	if c.Event.IsZero() {
		return c.Price, PayBy(r, p.ReturnClause, c.Demanded)
	}
	in := !c.Event.Before(c.Delivered) && (c.Received.IsZero() || c.Event.Before(c.Received))
	if !in || c.Wear {
		return none, date.Date{}
	}
	return c.Price, PayBy(r, p.LossClause, c.Demanded)
}

// PayBy is the last day to pay a price demanded on a day under a clause: loss and
// failure to return have time limits of their own.
func PayBy(r terms.Resolved, clause string, demanded date.Date) date.Date {
	if r.Replacement == nil {
		return date.Date{}
	}
	if clause == r.Replacement.LossClause {
		return demanded.AddDays(r.Number(r.Replacement.LossDays))
	}
	return demanded.AddDays(int(r.Replacement.DemandDays))
}

// Citation is what a price rests on.
func Citation(r terms.Resolved, clause string) explain.Citation {
	p := r.Replacement
	return tariff.Cite(r, clause, p.EvidenceRequired.Reading, p.OncePerAsset.Reading)
}
