package ledger

import (
	"time"

	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// Facts of the book and of other services, as the ledger's consumers decode
// them.

// ContractFact is a contract with the readings in force from a day on; From is
// zero where they hold from the beginning.
type ContractFact struct {
	Contract book.ContractKey
	Revision string
	Hash     string
	Readings map[string]string
	Currency string
	From     date.Date
}

// ServiceFact is a subscription as a change of the book carries it.
type ServiceFact struct {
	Contract ContractFact
	Sub      tariff.Subscription
}

// ContractEndFact says that a contract has ended.
type ContractEndFact struct {
	Contract book.ContractKey
	LastDay  date.Date
}

// FeeFact is a fee agreed for another commencement date.
type FeeFact struct {
	Subscription book.SubscriptionKey
	Fee          string
	Date         date.Date
	Version      int64
}

// OverageFact is a use beyond the tokens, or its withdrawal.
type OverageFact struct {
	Subscription book.SubscriptionKey
	Unit         string
	Identity     string
	// Price is zero while none is agreed.
	Price     money.Money
	Priced    bool
	Date      date.Date
	Clause    string
	Withdrawn bool
}

// RestorationFact is what restoring a suspended service asks for.
type RestorationFact struct {
	Account AccountKey
	Hold    string
	Fee     money.Money
	Date    date.Date
}

// ReplacementFact is the price of an asset, or its withdrawal.
type ReplacementFact struct {
	Contract     book.ContractKey
	Asset        string
	Subscription string
	Price        money.Money
	Date         date.Date
	PayBy        date.Date
	Clause       string
	Withdrawn    bool
}

// AwardFact is what sla awarded: a measure, never money.
type AwardFact struct {
	Subscription      book.SubscriptionKey
	Assessment        string
	Target            string
	Measure, Quantity string
}

// Change is a decoded change with its place in time.
type Change struct {
	Effective time.Time
	// Fact is one of the facts above, nil for a change that does not concern the
	// ledger.
	Fact any
}
