// Package tariff prices the days of a service: recurrent charges by billing
// months, special offers, units that come and go, and the monthly figure that
// multiples of months are taken of (cpc/1#recurrent-charge, cpc/4, cpc/8).
package tariff

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Subscription is one running service as the ledger knows it. Dates are
// contract days; a zero date is one that is not known.
type Subscription struct {
	// Name is the resource name, ID its last segment.
	Name string `json:"name"`
	ID   string `json:"id"`
	// Order is the resource name of its order.
	Order string `json:"order,omitempty"`
	Kind  string `json:"kind"`
	// Commencement is the first day of service. While Provisional it may move and
	// nothing is invoiced.
	Commencement        date.Date `json:"commencement,omitzero"`
	Provisional         bool      `json:"provisional,omitempty"`
	CommencementVersion int64     `json:"commencement_version,omitempty"`
	// TermEnd is the first day after the service period.
	TermEnd           date.Date `json:"term_end,omitzero"`
	TermMonths        int       `json:"term_months,omitempty"`
	EndsAutomatically bool      `json:"ends_automatically,omitempty"`
	Units             []Unit    `json:"units,omitempty"`
	Prices            []Price   `json:"prices,omitempty"`
	// LastDay is the last day of service once it is fixed.
	LastDay    date.Date `json:"last_day,omitzero"`
	EndCause   string    `json:"end_cause,omitempty"`
	EndVersion int64     `json:"end_version,omitempty"`
	// EndClause is the clause that the end rests on.
	EndClause string `json:"end_clause,omitempty"`
	// NoticeDate and NoticeLastDay are those of a notice of termination.
	NoticeDate    date.Date `json:"notice_date,omitzero"`
	NoticeLastDay date.Date `json:"notice_last_day,omitzero"`
	// Cancelled tells that the service was cancelled before commencement.
	Cancelled  bool      `json:"cancelled,omitempty"`
	CancelDate date.Date `json:"cancel_date,omitzero"`
	Deemed     bool      `json:"deemed,omitempty"`
	// OrderSigned is the day of the last signature under the order.
	OrderSigned date.Date `json:"order_signed,omitzero"`
}

// Unit is one thing inside a service.
type Unit struct {
	ID string `json:"id"`
	// Added is the first day in service, zero where it runs from commencement;
	// Removed the last, zero while it runs.
	Added    date.Date `json:"added,omitzero"`
	Removed  date.Date `json:"removed,omitzero"`
	Replaces string    `json:"replaces,omitempty"`
}

// Price is one line of the order's price table.
type Price struct {
	ID   string `json:"id"`
	Item string `json:"item"`
	// Amount is in major units: for RECURRENT the list price of one recurrence
	// period, for USAGE the price of one quantity.
	Amount ratio.Ratio `json:"amount"`
	// PeriodMonths is the recurrence period; 0 means what the terms say.
	PeriodMonths int     `json:"period_months,omitempty"`
	PerUnit      bool    `json:"per_unit,omitempty"`
	Meter        string  `json:"meter,omitempty"`
	Offers       []Offer `json:"offers,omitempty"`
}

// Offer is a special offer on a price. It lapses with the service period.
type Offer struct {
	ID string `json:"id"`
	// Discount is the fraction taken off; 1 waives the charge.
	Discount ratio.Ratio `json:"discount"`
	// FromMonth is the first billing month, from 0; Months how many, 0 for all to
	// the end of the service period.
	FromMonth int `json:"from_month,omitempty"`
	Months    int `json:"months,omitempty"`
}

// Waives tells whether the offer takes the whole charge off.
func (o Offer) Waives() bool { return o.Discount.Cmp(ratio.Int(1)) >= 0 }

// covers tells whether the offer applies to a billing month.
func (o Offer) covers(month int) bool {
	return month >= o.FromMonth && (o.Months == 0 || month < o.FromMonth+o.Months)
}

// Commenced tells whether the first day of service is fixed for good.
func (s Subscription) Commenced() bool {
	return !s.Commencement.IsZero() && !s.Provisional && !s.Cancelled
}

// Ended tells whether the last day of service lies before today.
func (s Subscription) Ended(today date.Date) bool {
	return !s.LastDay.IsZero() && s.LastDay.Before(today)
}

// TermLastDay is the last day of the service period.
func (s Subscription) TermLastDay() date.Date {
	if s.TermEnd.IsZero() {
		return date.Date{}
	}
	return s.TermEnd.AddDays(-1)
}

// PriceOf finds a usage price by its meter.
func (s Subscription) PriceOf(meter string) (Price, bool) {
	for _, p := range s.Prices {
		if p.Item == terms.ItemUsage && p.Meter == meter {
			return p, true
		}
	}
	return Price{}, false
}

// Unit finds a unit by its id.
func (s Subscription) Unit(id string) (Unit, bool) {
	for _, u := range s.Units {
		if u.ID == id {
			return u, true
		}
	}
	return Unit{}, false
}

// Service is the days in which a unit is in service from commencement on; after
// the end of the service itself the unit is taken to run on.
func (s Subscription) Service(u Unit) date.Span {
	span := date.Span{From: s.Commencement, To: date.New(9999, 1, 1)}
	if !u.Added.IsZero() {
		span.From = date.Max(span.From, u.Added)
	}
	if !u.Removed.IsZero() && (s.LastDay.IsZero() || u.Removed.Before(s.LastDay)) {
		span.To = u.Removed.AddDays(1)
	}
	return span
}
