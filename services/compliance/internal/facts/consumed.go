// Package facts holds, as plain Go, the facts that compliance reads from the
// other services and those that it publishes.
package facts

import (
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// Contract is a contract as billing tells it.
type Contract struct {
	// Contract and Revision are resource names.
	Contract, Revision string
	// Hash of the revision's body.
	Hash string
	// Readings that differ from their default.
	Readings map[string]string
	Currency string
}

// ContractConcluded says that a contract was concluded.
type ContractConcluded struct{ Contract Contract }

// ContractAmended says that revision or readings changed from a day on.
type ContractAmended struct {
	Contract Contract
	From     date.Date
}

// ContractEnded says that every order of a contract has ended.
type ContractEnded struct {
	Contract string
	LastDay  date.Date
}

// Subscription is a running service as billing tells it; each fact carries the
// whole of it.
type Subscription struct {
	Subscription string
	Contract     Contract
	Kind, State  string
	Commenced    date.Date
	TermEnd      date.Date
	// LastDay of service once fixed, with its cause; Version counts the settings.
	LastDay  date.Date
	EndCause string
	Version  int64
}

// SubscriptionChanged is any change of a subscription that has no type of its
// own here: ordered, units, commencement, notices.
type SubscriptionChanged struct{ Subscription Subscription }

// SubscriptionEnded says that the end of a subscription is fixed.
type SubscriptionEnded struct {
	Subscription Subscription
	Clause       string
}

// SubscriptionCancelled says that a service was cancelled before commencement.
type SubscriptionCancelled struct {
	Subscription Subscription
	Notice       date.Date
	Deemed       bool
}

// TermEnded says that the service period is over.
type TermEnded struct {
	Subscription Subscription
	Continues    bool
}

// InvoiceIssued says that a document was issued.
type InvoiceIssued struct {
	Account, Invoice string
	Date, Due        date.Date
	Total            money.Money
	Kind             string
}

// InvoiceSettled says that a document is paid in full.
type InvoiceSettled struct {
	Account, Invoice string
	Paid             date.Date
	Identities       []string
}

// InvoiceOverdue says that a due date passed with something unpaid.
type InvoiceOverdue struct {
	Account, Invoice string
	Due              date.Date
	Open             money.Money
}

// AccountOverdue says since when an account is in arrears.
type AccountOverdue struct {
	Account string
	// Since is the first late day, OldestDue the due date before it.
	Since, OldestDue date.Date
	Open             money.Money
	Subscriptions    []string
}

// AccountCleared says that nothing is overdue any more.
type AccountCleared struct {
	Account string
	Cleared date.Date
}

// DepositDemanded says that a deposit or top-up was demanded.
type DepositDemanded struct {
	Account        string
	Amount         money.Money
	Demand, LastOn date.Date
	TopUp          bool
}

// DepositHeld says that the deposit is complete.
type DepositHeld struct {
	Account string
	Balance money.Money
}

// DepositDefaulted says that the time to provide or top up passed.
type DepositDefaulted struct {
	Account   string
	Shortfall money.Money
	LastOn    date.Date
}

// DepositDrawn says that the deposit was used.
type DepositDrawn struct {
	Account         string
	Amount, Balance money.Money
	Value           date.Date
}

// DepositRefunded says that the deposit was returned.
type DepositRefunded struct {
	Account string
	Amount  money.Money
	Value   date.Date
}

// CapacityCrossed says that a snapshot store crossed a threshold.
type CapacityCrossed struct {
	Subscription string
	// Percent crossed upwards, 0 when back below.
	Percent int
	At      time.Time
	// Notified: the customer was told before.
	Notified bool
}

// TargetCreated says that sla watches something.
type TargetCreated struct {
	// Target and Subscription are resource names; the second may be empty.
	Target, Subscription string
}

// Noted is a fact that only the audit log keeps.
type Noted struct {
	// Clause it rests on, where the fact names one.
	Clause string
}

// Deadline is a time limit of any service.
type Deadline struct {
	Name, Subject, Kind string
	// Due is zero while its day depends on a calendar that is not published.
	Due                 time.Time
	Clause, Consequence string
	Version             int64
	// State is SET, MET, MISSED or WITHDRAWN.
	State string
}

// TokensLapsing says that a reminder before tokens lapse has fallen due; it is
// what the deadline of that reminder tells.
type TokensLapsing struct {
	Subscription string
	// Lapse is the first day on which they cannot be used.
	Lapse  date.Date
	Days   int
	Clause string
}

// Consumed is a fact about something in a contract.
type Consumed interface {
	// In is the contract, or the name of a resource below it.
	In() string
}

// In implements Consumed.
func (f ContractConcluded) In() string { return f.Contract.Contract }

// In implements Consumed.
func (f ContractAmended) In() string { return f.Contract.Contract }

// In implements Consumed.
func (f ContractEnded) In() string { return f.Contract }

// In implements Consumed.
func (f SubscriptionChanged) In() string { return f.Subscription.Subscription }

// In implements Consumed.
func (f SubscriptionEnded) In() string { return f.Subscription.Subscription }

// In implements Consumed.
func (f SubscriptionCancelled) In() string { return f.Subscription.Subscription }

// In implements Consumed.
func (f TermEnded) In() string { return f.Subscription.Subscription }

// In implements Consumed.
func (f InvoiceIssued) In() string { return f.Account }

// In implements Consumed.
func (f InvoiceSettled) In() string { return f.Account }

// In implements Consumed.
func (f InvoiceOverdue) In() string { return f.Account }

// In implements Consumed.
func (f AccountOverdue) In() string { return f.Account }

// In implements Consumed.
func (f AccountCleared) In() string { return f.Account }

// In implements Consumed.
func (f DepositDemanded) In() string { return f.Account }

// In implements Consumed.
func (f DepositHeld) In() string { return f.Account }

// In implements Consumed.
func (f DepositDefaulted) In() string { return f.Account }

// In implements Consumed.
func (f DepositDrawn) In() string { return f.Account }

// In implements Consumed.
func (f DepositRefunded) In() string { return f.Account }

// In implements Consumed.
func (f CapacityCrossed) In() string { return f.Subscription }
