package record

import (
	"time"

	"cloudpact.dev/services/compliance/internal/custody"
	"cloudpact.dev/services/compliance/internal/retention"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
)

// Asset is hardware or software that the customer keeps for the provider.
type Asset struct {
	Key
	// Subscription is the id of the service that it serves.
	Subscription string            `json:"subscription"`
	Title        string            `json:"title,omitempty"`
	Price        money.Money       `json:"price"`
	Evidence     string            `json:"evidence,omitempty"`
	State        custody.State     `json:"state"`
	Delivered    date.Date         `json:"delivered,omitzero"`
	ReturnLast   date.Date         `json:"return_last,omitzero"`
	Returned     date.Date         `json:"returned,omitzero"`
	Condition    custody.Condition `json:"condition,omitempty"`
	Demand       date.Date         `json:"demand,omitzero"`
	PaymentLast  date.Date         `json:"payment_last,omitzero"`
	// Paid is the value date that settled the price; unset while it is open.
	Paid      date.Date          `json:"paid,omitzero"`
	Withdrawn bool               `json:"withdrawn,omitempty"`
	Citations []explain.Citation `json:"citations,omitempty"`
	Version   int64              `json:"version"`
}

// Name of the asset.
func (a Asset) Name() string { return a.AssetName() }

// Retention is the fate of the data stored in one service. Its ID is that of
// the subscription.
type Retention struct {
	Key
	State       retention.State    `json:"state"`
	LastDay     date.Date          `json:"last_day,omitzero"`
	AllowedFrom date.Date          `json:"allowed_from,omitzero"`
	Deleted     time.Time          `json:"deleted,omitzero"`
	Tombstone   string             `json:"tombstone,omitempty"`
	LegalHold   string             `json:"legal_hold,omitempty"`
	Citations   []explain.Citation `json:"citations,omitempty"`
	Version     int64              `json:"version"`
}

// Name of the retention.
func (r Retention) Name() string { return r.RetentionName() }

// Facts is what the rule on deletion needs.
func (r Retention) Facts() retention.Facts {
	return retention.Facts{Name: r.SubscriptionName(), LastDay: r.LastDay, Held: r.LegalHold != "", Deleted: !r.Deleted.IsZero()}
}

// ObligationState is where an obligation stands.
type ObligationState string

// The states of an obligation.
const (
	Running   ObligationState = "RUNNING"
	Met       ObligationState = "MET"
	Missed    ObligationState = "MISSED"
	Withdrawn ObligationState = "WITHDRAWN"
	Pending   ObligationState = "PENDING"
)

// Obligation is a time limit of any service.
type Obligation struct {
	CustomerKey
	ID string `json:"id"`
	// Service executes the consequence; Deadline is its name there.
	Service  string `json:"service"`
	Deadline string `json:"deadline"`
	Subject  string `json:"subject"`
	Kind     string `json:"kind"`
	// Due is zero while it is pending.
	Due         time.Time       `json:"due,omitzero"`
	Clause      string          `json:"clause,omitempty"`
	Consequence string          `json:"consequence,omitempty"`
	State       ObligationState `json:"state"`
	Version     int64           `json:"version"`
}

// Name is ".../customers/{c}/obligations/{obligation}".
func (o Obligation) Name() string { return o.CustomerKey.Name() + "/obligations/" + o.ID }

// NoticeState is where a notice stands.
type NoticeState string

// The states of a notice.
const (
	// Captured by a sandbox: nothing left the suite.
	Captured NoticeState = "CAPTURED"
	// Queued for sending.
	Queued NoticeState = "QUEUED"
)

// Notice is what the provider tells a customer.
type Notice struct {
	CustomerKey
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// About is the name of what it concerns, Contract that of its contract.
	About    string `json:"about"`
	Contract string `json:"contract,omitempty"`
	Channel  string `json:"channel"`
	// Place orders notices of one instant.
	Place     int64              `json:"place"`
	Given     time.Time          `json:"given"`
	State     NoticeState        `json:"state"`
	Title     string             `json:"title"`
	Text      string             `json:"text"`
	Citations []explain.Citation `json:"citations,omitempty"`
}

// Name is ".../customers/{c}/notices/{notice}".
func (n Notice) Name() string { return n.CustomerKey.Name() + "/notices/" + n.ID }

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	CustomerKey
	ID string `json:"id"`
	// Place orders entries of one instant.
	Place    int64     `json:"place"`
	Recorded time.Time `json:"recorded"`
	// Actor is a subject, or the service that acted.
	Actor   string   `json:"actor"`
	Action  string   `json:"action"`
	About   string   `json:"about"`
	Clauses []string `json:"clauses,omitempty"`
}

// Name is ".../customers/{c}/auditEntries/{entry}".
func (e AuditEntry) Name() string { return e.CustomerKey.Name() + "/auditEntries/" + e.ID }
