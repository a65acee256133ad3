package record

import (
	"time"

	"cloudpact.dev/services/compliance/internal/cure"
	"cloudpact.dev/services/compliance/internal/decision"
	"cloudpact.dev/services/compliance/internal/restoration"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
)

// Kinds of cases that facts open.
const (
	KindArrears = "ARREARS"
	KindDeposit = "DEPOSIT"
)

// Case is one breach or arrears with its ladder.
type Case struct {
	Key
	Kind string `json:"kind"`
	// Cause is a word of terms.CureRule.
	Cause string `json:"cause"`
	// Account is the id of the account; "" where there is none.
	Account       string             `json:"account,omitempty"`
	Subscriptions []string           `json:"subscriptions,omitempty"`
	State         cure.State         `json:"state"`
	Opened        date.Date          `json:"opened"`
	Due           date.Date          `json:"due,omitzero"`
	Demand        date.Date          `json:"demand,omitzero"`
	CureDays      int                `json:"cure_days,omitempty"`
	CureLastDay   date.Date          `json:"cure_last_day,omitzero"`
	RemedyFrom    date.Date          `json:"remedy_from,omitzero"`
	Ground        string             `json:"ground,omitempty"`
	Mended        date.Date          `json:"mended,omitzero"`
	Hold          string             `json:"hold,omitempty"`
	Note          string             `json:"note,omitempty"`
	Citations     []explain.Citation `json:"citations,omitempty"`
	// Explanation derives the last day to cure.
	Explanation explain.Explanation `json:"explanation,omitzero"`
	Version     int64               `json:"version"`
}

// Name of the case.
func (c Case) Name() string { return c.CaseName() }

// Facts is what the ladder needs.
func (c Case) Facts() cure.Facts {
	return cure.Facts{Name: c.Name(), Cause: c.Cause, Opened: c.Opened, Due: c.Due, Demand: c.Demand, Days: c.CureDays}
}

// HoldState is where a hold stands.
type HoldState string

// The states of a hold.
const (
	HoldProposed HoldState = "PROPOSED"
	HoldPlaced   HoldState = "PLACED"
	HoldOffered  HoldState = "RESTORATION_OFFERED"
	HoldLifted   HoldState = "LIFTED"
	HoldRejected HoldState = "REJECTED"
)

// Hold suspends services.
type Hold struct {
	Key
	Case          string    `json:"case"`
	Account       string    `json:"account,omitempty"`
	Subscriptions []string  `json:"subscriptions"`
	State         HoldState `json:"state"`
	Clause        string    `json:"clause"`
	Placed        time.Time `json:"placed,omitzero"`
	Lifted        time.Time `json:"lifted,omitzero"`
	ProposedBy    string    `json:"proposed_by"`
	ApprovedBy    string    `json:"approved_by,omitempty"`
	// Offer is nil before one.
	Offer   *Offer `json:"offer,omitempty"`
	Version int64  `json:"version"`
}

// Name of the hold.
func (h Hold) Name() string { return h.HoldName() }

// InForce tells whether the services are suspended.
func (h Hold) InForce() bool { return h.State == HoldPlaced || h.State == HoldOffered }

// Offer names what has to happen before services are restored.
type Offer struct {
	Fee             money.Money             `json:"fee"`
	AccountCleared  bool                    `json:"account_cleared,omitempty"`
	DepositComplete bool                    `json:"deposit_complete,omitempty"`
	FeePaid         date.Date               `json:"fee_paid,omitzero"`
	Met             []restoration.Condition `json:"met,omitempty"`
	Date            date.Date               `json:"date"`
}

// Asks is what the offer asks for.
func (o Offer) Asks() restoration.Offer {
	return restoration.Offer{Fee: o.Fee, AccountCleared: o.AccountCleared, DepositComplete: o.DepositComplete}
}

// Decision is an act that one person proposes and another approves.
type Decision struct {
	Key
	Action decision.Action `json:"action"`
	// Subject is the name of what it acts on.
	Subject string         `json:"subject"`
	Hash    string         `json:"hash"`
	State   decision.State `json:"state"`
	// Case is the id of the case that it rests on; "" for none.
	Case          string    `json:"case,omitempty"`
	Subscriptions []string  `json:"subscriptions,omitempty"`
	LastDay       date.Date `json:"last_day,omitzero"`
	Clause        string    `json:"clause"`
	ProposedBy    string    `json:"proposed_by"`
	ApprovedBy    string    `json:"approved_by,omitempty"`
	Note          string    `json:"note,omitempty"`
	// RejectNote is the reason of the person who rejected it.
	RejectNote string             `json:"reject_note,omitempty"`
	Proposed   time.Time          `json:"proposed"`
	Decided    time.Time          `json:"decided,omitzero"`
	Citations  []explain.Citation `json:"citations,omitempty"`
	Version    int64              `json:"version"`
}

// Name of the decision.
func (d Decision) Name() string { return d.DecisionName() }
