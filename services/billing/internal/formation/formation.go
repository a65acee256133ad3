// Package formation says when an order is signed and from which day the
// agreement binds.
package formation

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Events by which an agreement takes effect, as Formation.EffectiveOn lists
// them.
const (
	acceptanceNotice = "ACCEPTANCE_NOTICE"
	supplyStart      = "SUPPLY_START"
	lastSignature    = "LAST_SIGNATURE"
)

// Facts is what has happened to an order; unset days have not come.
type Facts struct {
	CustomerSigned, ProviderSigned date.Date
	// Accepted is the day the provider notified acceptance.
	Accepted date.Date
	// SupplyStarted is the first day of supply.
	SupplyStarted date.Date
}

// Signed is the day an order counts as signed; false while a signature that the
// terms ask for is missing. Where the two differ, the later one decides.
func Signed(t terms.Resolved, f Facts) (date.Date, bool) {
	needed := 2
	if t.Formation != nil {
		needed = int(t.Formation.OrderSignatures)
	}
	have := 0
	for _, d := range []date.Date{f.CustomerSigned, f.ProviderSigned} {
		if !d.IsZero() {
			have++
		}
	}
	if have == 0 || have < needed {
		return date.Date{}, false
	}
	return date.Max(f.CustomerSigned, f.ProviderSigned), true
}

// Effective is the day from which the agreement binds, with its derivation: the
// earliest of the events that the terms name. It is false while none of them
// has happened.
func Effective(t terms.Resolved, f Facts) (date.Date, explain.Explanation, bool) {
	if t.Formation == nil {
		return date.Date{}, explain.Explanation{}, false
	}
	b := explain.New()
	if c := t.Formation.EffectiveClause; c != "" {
		b = explain.New(t.Cite(c))
	}
	var days []explain.Value
	for _, event := range t.Formation.EffectiveOn {
		name, day := event, date.Date{}
		switch event {
		case acceptanceNotice:
			name, day = "order#acceptance_date", f.Accepted
		case supplyStart:
			name, day = "order#supply_start_date", f.SupplyStarted
		case lastSignature:
			name = "order#last_signature"
			day, _ = Signed(t, f)
		}
		if !day.IsZero() {
			days = append(days, b.FactDate(name, day))
		}
	}
	if len(days) == 0 {
		return date.Date{}, explain.Explanation{}, false
	}
	v := b.MinDate(days...).Note("the agreement binds from the earliest of these days")
	return v.Date(), b.Explanation(v), true
}
