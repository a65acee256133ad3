package book

import (
	"maps"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
)

// ContractState is where a contract stands.
type ContractState string

// The states of a contract.
const (
	ConcludedContract ContractState = "CONCLUDED"
	EffectiveContract ContractState = "EFFECTIVE"
	EndedContract     ContractState = "ENDED"
)

// Contract is what was concluded with a customer.
type Contract struct {
	ContractKey
	Title string `json:"title,omitempty"`
	// Revision is the name of the revision, Hash that of its content.
	Revision string `json:"revision"`
	Hash     string `json:"hash"`
	// Readings that differ from their defaults, as concluded.
	Readings      map[string]string `json:"readings,omitempty"`
	Currency      string            `json:"currency"`
	ConcludeTime  time.Time         `json:"conclude_time"`
	EffectiveDate date.Date         `json:"effective_date,omitzero"`
	// EffectiveExplanation derives EffectiveDate.
	EffectiveExplanation explain.Explanation `json:"effective_explanation,omitzero"`
	EndDate              date.Date           `json:"end_date,omitzero"`
	State                ContractState       `json:"state"`
	// Survival is what goes on after the end, set once the contract has ended.
	Survival Survival `json:"survival,omitzero"`
	// Amendments in the order in which they were recorded.
	Amendments []Amendment `json:"amendments,omitempty"`
	Version    int64       `json:"version"`
}

// Survival names what binds the parties after the end.
type Survival struct {
	Clause  string   `json:"clause,omitempty"`
	Clauses []string `json:"clauses,omitempty"`
}

// Amendment changes readings from a day on.
type Amendment struct {
	EffectiveDate     date.Date         `json:"effective_date"`
	Readings          map[string]string `json:"readings,omitempty"`
	CustomerSignatory string            `json:"customer_signatory"`
	ProviderSignatory string            `json:"provider_signatory"`
	// Clause on amendments.
	Clause string `json:"clause,omitempty"`
}

// ReadingsOn is every reading that differs from its default on a day: those
// concluded, changed by the amendments in effect by then, the later day and the
// later record winning.
func (c Contract) ReadingsOn(d date.Date) map[string]string {
	out := maps.Clone(c.Readings)
	if out == nil {
		out = map[string]string{}
	}
	done := make([]bool, len(c.Amendments))
	for range c.Amendments {
		next := -1
		for i, a := range c.Amendments {
			if !done[i] && !a.EffectiveDate.After(d) && (next < 0 || a.EffectiveDate.Before(c.Amendments[next].EffectiveDate)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		done[next] = true
		maps.Copy(out, c.Amendments[next].Readings)
	}
	return out
}

// OrderState is where an order stands.
type OrderState string

// The states of an order.
const (
	DraftOrder     OrderState = "DRAFT"
	SignedOrder    OrderState = "SIGNED"
	AcceptedOrder  OrderState = "ACCEPTED"
	CommencedOrder OrderState = "COMMENCED"
	CancelledOrder OrderState = "CANCELLED"
	ClosedOrder    OrderState = "CLOSED"
)

// Order is what was signed.
type Order struct {
	OrderKey
	Services []Service `json:"services"`
	// TermMonths and TermLastDay state the service period; both are unset where
	// the order is silent.
	TermMonths        int       `json:"term_months,omitempty"`
	TermLastDay       date.Date `json:"term_last_day,omitzero"`
	EndsAutomatically bool      `json:"ends_automatically,omitempty"`

	CustomerSigned    date.Date `json:"customer_signed,omitzero"`
	CustomerSignatory string    `json:"customer_signatory,omitempty"`
	ProviderSigned    date.Date `json:"provider_signed,omitzero"`
	ProviderSignatory string    `json:"provider_signatory,omitempty"`
	// Signed is the day the order counts as signed.
	Signed        date.Date `json:"signed,omitzero"`
	Accepted      date.Date `json:"accepted,omitzero"`
	SupplyStarted date.Date `json:"supply_started,omitzero"`

	State       OrderState        `json:"state"`
	Ineffective []IneffectiveTerm `json:"ineffective,omitempty"`
	// Clause that asks for an order signed by both.
	Clause  string `json:"clause,omitempty"`
	Version int64  `json:"version"`
}

// IneffectiveTerm is a term of the order that loses to the agreement.
type IneffectiveTerm struct {
	Text   string `json:"text"`
	Clause string `json:"clause"`
	// Precedence is the clause by which the other one prevails.
	Precedence string `json:"precedence,omitempty"`
}

// Service is an ordered service; it becomes a subscription.
type Service struct {
	Subscription string        `json:"subscription"`
	Kind         string        `json:"kind"`
	Title        string        `json:"title,omitempty"`
	Units        []OrderedUnit `json:"units,omitempty"`
	Prices       []Price       `json:"prices,omitempty"`
	// Tokens per unit or service and year.
	Tokens int `json:"tokens,omitempty"`
	// OveragePrice is a decimal, "" where it is agreed case by case.
	OveragePrice string `json:"overage_price,omitempty"`
	Edition      string `json:"edition,omitempty"`
}

// OrderedUnit is a unit as it is ordered.
type OrderedUnit struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Site  string `json:"site,omitempty"`
}

// Price is one line of the order's price table. Decimals are texts in the
// contract's currency.
type Price struct {
	ID   string `json:"id"`
	Item string `json:"item"`
	// Amount of the whole recurrence period, or per quantity for usage.
	Amount       string  `json:"amount"`
	PeriodMonths int     `json:"period_months,omitempty"`
	PerUnit      bool    `json:"per_unit,omitempty"`
	Meter        string  `json:"meter,omitempty"`
	Offers       []Offer `json:"offers,omitempty"`
}

// Offer is a special offer on a price.
type Offer struct {
	ID string `json:"id"`
	// Discount is a decimal fraction, "1" is free.
	Discount  string `json:"discount"`
	FromMonth int    `json:"from_month,omitempty"`
	// Months it lasts; 0 means to the end of the service period.
	Months int `json:"months,omitempty"`
}
