// Package restoration says what has to happen before a suspended service comes
// back. The decision itself is the provider's; the conditions are facts.
package restoration

import (
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// Condition is something that restoration waits for.
type Condition string

// The conditions.
const (
	FeePaid         Condition = "FEE_PAID"
	AccountCleared  Condition = "ACCOUNT_CLEARED"
	DepositComplete Condition = "DEPOSIT_COMPLETE"
)

// Offer is what the provider asks for.
type Offer struct {
	// Fee, zero for none.
	Fee money.Money
	// AccountCleared and DepositComplete ask for that state of the account.
	AccountCleared, DepositComplete bool
}

// Facts is what has happened.
type Facts struct {
	// FeePaid: the document with the fee is settled.
	FeePaid bool
	// AccountClear: nothing on the account is overdue.
	AccountClear bool
	// DepositComplete: a deposit is held in full.
	DepositComplete bool
}

// Allowed tells whether the terms let the provider ask for that.
func Allowed(t terms.Resolved, o Offer) bool {
	r := t.Restoration
	if r == nil {
		return false
	}
	if o.Fee.Sign() > 0 && r.FeeItem == "" {
		return false
	}
	return r.Conditions || len(asked(o)) == 0
}

// Met lists the conditions of the offer that are fulfilled.
func Met(o Offer, f Facts) []Condition { return pick(o, f, true) }

// Open lists the conditions of the offer that are not fulfilled; restoration
// needs none of them left.
func Open(o Offer, f Facts) []Condition { return pick(o, f, false) }

func asked(o Offer) []Condition {
	var out []Condition
	if o.Fee.Sign() > 0 {
		out = append(out, FeePaid)
	}
	if o.AccountCleared {
		out = append(out, AccountCleared)
	}
	if o.DepositComplete {
		out = append(out, DepositComplete)
	}
	return out
}

func pick(o Offer, f Facts, met bool) []Condition {
	is := map[Condition]bool{FeePaid: f.FeePaid, AccountCleared: f.AccountClear, DepositComplete: f.DepositComplete}
	var out []Condition
	for _, c := range asked(o) {
		if is[c] == met {
			out = append(out, c)
		}
	}
	return out
}
