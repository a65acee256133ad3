// Package strikes counts failures to pay by the due date (cpc/12) and says since
// when an account is in arrears.
package strikes

import (
	"cmp"
	"slices"
	"strings"

	"cloudpact.dev/services/billing/internal/invoicing"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Strike is one failure to pay in time.
type Strike struct {
	Invoice string
	// Date is the first late day.
	Date      date.Date
	Citations []explain.Citation
}

// Missed tells whether any charge of an invoice was unpaid at the end of its due
// date. Interest, damages and prices of equipment are no charges.
func Missed(r terms.Resolved, i invoicing.Invoice) bool {
	if i.Kind == invoicing.CreditNote {
		return false
	}
	open := i.OpenChargesAt(i.Due)
	return open.Ratio().Cmp(r.Rate(r.Invoicing.Tolerance)) > 0
}

// Late tells whether an invoice has charges unpaid after its due date on a day,
// and what is unpaid of them.
func Late(r terms.Resolved, i invoicing.Invoice, today date.Date) (money.Money, bool) {
	open := i.OpenChargesAt(today)
	late := i.Kind != invoicing.CreditNote && today.After(i.Due) && open.Ratio().Cmp(r.Rate(r.Invoicing.Tolerance)) > 0
	return open, late
}

// Count is the strikes of the invoices whose due date has passed by a day, the
// oldest first: one per invoice, or one per due date where the reading says so.
func Count(r terms.Resolved, invoices []invoicing.Invoice, today date.Date) []Strike {
	if r.Strikes == nil {
		return nil
	}
	var out []Strike
	seen := map[date.Date]bool{}
	sorted := slices.Clone(invoices)
	slices.SortStableFunc(sorted, func(a, b invoicing.Invoice) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	for _, i := range sorted {
		if !today.After(i.Due) || !Missed(r, i) {
			continue
		}
		if seen[i.Due] && r.Is(r.Strikes.SameDueDate, "ONE_DUE_DATE_ONE_STRIKE") {
			continue
		}
		seen[i.Due] = true
		out = append(out, Strike{Invoice: i.ID, Date: i.Due.AddDays(1), Citations: Citations(r)})
	}
	return out
}

// Citations is what a strike rests on.
func Citations(r terms.Resolved) []explain.Citation {
	return []explain.Citation{
		tariff.Cite(r, r.Strikes.Clause, r.Strikes.Window.Reading, r.Strikes.Consecutive.Reading, r.Strikes.Reset.Reading, r.Strikes.SameDueDate.Reading),
		tariff.Cite(r, r.Invoicing.OverdueClause, r.Invoicing.Tolerance.Reading), r.Cite(r.Invoicing.DueClause),
	}
}

// Demandable tells whether strikes allow the demand of a deposit.
func Demandable(r terms.Resolved, strikes int) bool {
	return r.Strikes != nil && r.Deposit != nil && strikes >= int(r.Strikes.Threshold)
}

// Arrears is the state of an account on a day.
type Arrears struct {
	// Since is the first late day of the oldest late invoice; zero when clear.
	Since, OldestDue date.Date
	Open             money.Money
	Subscriptions    []string
}

// ArrearsOf sums up the late invoices of an account.
func ArrearsOf(r terms.Resolved, invoices []invoicing.Invoice, today date.Date, currency string) Arrears {
	a := Arrears{Open: money.Zero(currency)}
	for _, i := range invoices {
		open, late := Late(r, i, today)
		if !late {
			continue
		}
		a.Open = a.Open.Add(open)
		if a.OldestDue.IsZero() || i.Due.Before(a.OldestDue) {
			a.OldestDue, a.Since = i.Due, i.Due.AddDays(1)
		}
		for _, s := range i.Subscriptions() {
			if !slices.Contains(a.Subscriptions, s) {
				a.Subscriptions = append(a.Subscriptions, s)
			}
		}
	}
	slices.Sort(a.Subscriptions)
	return a
}
