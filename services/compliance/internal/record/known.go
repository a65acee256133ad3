package record

import (
	"slices"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// TermsFrom is what a contract stands on from a day on.
type TermsFrom struct {
	// From is unset for what was concluded.
	From date.Date `json:"from,omitzero"`
	// Revision is a resource name, Hash that of its body.
	Revision string            `json:"revision"`
	Hash     string            `json:"hash"`
	Readings map[string]string `json:"readings,omitempty"`
}

// Contract is what compliance knows of a contract.
type Contract struct {
	ContractKey
	// Terms by day, oldest first.
	Terms    []TermsFrom `json:"terms"`
	Currency string      `json:"currency"`
	// LastDay of its last service; unset while it runs.
	LastDay date.Date `json:"last_day,omitzero"`
}

// TermsOn is what the contract stands on on a day.
func (c Contract) TermsOn(d date.Date) TermsFrom {
	var in TermsFrom
	for _, t := range c.Terms {
		if t.From.IsZero() || !d.Before(t.From) {
			in = t
		}
	}
	return in
}

// Amend puts terms in force from their day on.
func (c *Contract) Amend(t TermsFrom) {
	c.Terms = slices.DeleteFunc(c.Terms, func(x TermsFrom) bool { return x.From == t.From })
	c.Terms = append(c.Terms, t)
	slices.SortStableFunc(c.Terms, func(a, b TermsFrom) int { return a.From.Compare(b.From) })
}

// Service is what compliance knows of a subscription.
type Service struct {
	Key
	Kind  string `json:"kind,omitempty"`
	State string `json:"state,omitempty"`
	// LastDay of service once fixed; Version counts the settings.
	LastDay  date.Date `json:"last_day,omitzero"`
	EndCause string    `json:"end_cause,omitempty"`
	Version  int64     `json:"version,omitempty"`
}

// Account is what compliance knows of a debt ledger.
type Account struct {
	Key
	// Overdue: something is overdue since the day Since, the due date before it
	// being OldestDue.
	Overdue   bool        `json:"overdue,omitempty"`
	Since     date.Date   `json:"since,omitzero"`
	OldestDue date.Date   `json:"oldest_due,omitzero"`
	Open      money.Money `json:"open,omitzero"`
	// Subscriptions with overdue charges, as names.
	Subscriptions []string `json:"subscriptions,omitempty"`
	// Case is the id of the case of this spell of arrears; "" while clear.
	Case string `json:"case,omitempty"`
	// DepositHeld: a deposit is held in full.
	DepositHeld bool `json:"deposit_held,omitempty"`
	// DepositCase is the id of the case about a deposit that is missing.
	DepositCase string `json:"deposit_case,omitempty"`
}

// Target is what sla watches for a customer.
type Target struct {
	Provider     string `json:"provider"`
	Target       string `json:"target"`
	Subscription string `json:"subscription,omitempty"`
}
