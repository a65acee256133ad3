package facts

import (
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

// Published is a fact that compliance publishes.
type Published interface {
	// Type names it as the feed does.
	Type() string
	// Subject is the resource that changed.
	Subject() string
	// Clauses it rests on, for the audit log; may be empty.
	Clauses() []string
}

// CaseOpened says that a case was opened.
type CaseOpened struct {
	Contract, Case, Kind, Account string
	Opened                        date.Date
	Clause                        string
}

// Type implements Published.
func (CaseOpened) Type() string { return "case_opened" }

// Subject implements Published.
func (f CaseOpened) Subject() string { return f.Case }

// Clauses implements Published.
func (f CaseOpened) Clauses() []string { return some(f.Clause) }

// CureDemanded says that the cure period runs.
type CureDemanded struct {
	Contract, Case, Kind string
	Demand, LastDay      date.Date
	// Open is what is overdue, unset for other breaches.
	Open   money.Money
	Clause string
}

// Type implements Published.
func (CureDemanded) Type() string { return "cure_demanded" }

// Subject implements Published.
func (f CureDemanded) Subject() string { return f.Case }

// Clauses implements Published.
func (f CureDemanded) Clauses() []string { return some(f.Clause) }

// CaseCured says that a case was cured.
type CaseCured struct {
	Contract, Case string
	Cured          date.Date
	Clause         string
}

// Type implements Published.
func (CaseCured) Type() string { return "case_cured" }

// Subject implements Published.
func (f CaseCured) Subject() string { return f.Case }

// Clauses implements Published.
func (f CaseCured) Clauses() []string { return some(f.Clause) }

// RemedyAvailable says that the provider may suspend or terminate.
type RemedyAvailable struct {
	Contract, Case string
	From           date.Date
	Ground         string
}

// Type implements Published.
func (RemedyAvailable) Type() string { return "remedy_available" }

// Subject implements Published.
func (f RemedyAvailable) Subject() string { return f.Case }

// Clauses implements Published.
func (f RemedyAvailable) Clauses() []string { return some(f.Ground) }

// CaseClosed says that a case was closed.
type CaseClosed struct{ Contract, Case, Clause string }

// Type implements Published.
func (CaseClosed) Type() string { return "case_closed" }

// Subject implements Published.
func (f CaseClosed) Subject() string { return f.Case }

// Clauses implements Published.
func (f CaseClosed) Clauses() []string { return some(f.Clause) }

// HoldPlaced says that services are suspended.
type HoldPlaced struct {
	Contract, Hold string
	Subscriptions  []string
	Placed         time.Time
	Clause         string
}

// Type implements Published.
func (HoldPlaced) Type() string { return "hold_placed" }

// Subject implements Published.
func (f HoldPlaced) Subject() string { return f.Hold }

// Clauses implements Published.
func (f HoldPlaced) Clauses() []string { return some(f.Clause) }

// RestorationOffered says what restoration asks for.
type RestorationOffered struct {
	Contract, Hold, Account string
	Fee                     money.Money
	// AccountCleared and DepositComplete are further conditions; only the notice
	// speaks of them.
	AccountCleared, DepositComplete bool
	Offered                         date.Date
	Clause                          string
}

// Type implements Published.
func (RestorationOffered) Type() string { return "restoration_offered" }

// Subject implements Published.
func (f RestorationOffered) Subject() string { return f.Hold }

// Clauses implements Published.
func (f RestorationOffered) Clauses() []string { return some(f.Clause) }

// HoldLifted says that services are restored.
type HoldLifted struct {
	Contract, Hold string
	Subscriptions  []string
	Lifted         time.Time
	Clause         string
}

// Type implements Published.
func (HoldLifted) Type() string { return "hold_lifted" }

// Subject implements Published.
func (f HoldLifted) Subject() string { return f.Hold }

// Clauses implements Published.
func (f HoldLifted) Clauses() []string { return some(f.Clause) }

// TerminationOrdered says that the provider terminates for cause.
type TerminationOrdered struct {
	Contract, Decision string
	Subscriptions      []string
	LastDay            date.Date
	Clause             string
}

// Type implements Published.
func (TerminationOrdered) Type() string { return "termination_ordered" }

// Subject implements Published.
func (f TerminationOrdered) Subject() string { return f.Decision }

// Clauses implements Published.
func (f TerminationOrdered) Clauses() []string { return some(f.Clause) }

// AssetCustodyChanged says that custody of an asset changed.
type AssetCustodyChanged struct {
	Contract, Asset, Subscription, State string
	Changed, ReturnLastDay               date.Date
	Clause                               string
}

// Type implements Published.
func (AssetCustodyChanged) Type() string { return "asset_custody_changed" }

// Subject implements Published.
func (f AssetCustodyChanged) Subject() string { return f.Asset }

// Clauses implements Published.
func (f AssetCustodyChanged) Clauses() []string { return some(f.Clause) }

// ReplacementDemanded says that the price of an asset is payable.
type ReplacementDemanded struct {
	Contract, Asset, Subscription string
	Price                         money.Money
	Demand, LastDay               date.Date
	Clause                        string
}

// Type implements Published.
func (ReplacementDemanded) Type() string { return "replacement_demanded" }

// Subject implements Published.
func (f ReplacementDemanded) Subject() string { return f.Asset }

// Clauses implements Published.
func (f ReplacementDemanded) Clauses() []string { return some(f.Clause) }

// ReplacementWithdrawn says that the price is not payable any more.
type ReplacementWithdrawn struct{ Contract, Asset, Subscription, Clause string }

// Type implements Published.
func (ReplacementWithdrawn) Type() string { return "replacement_withdrawn" }

// Subject implements Published.
func (f ReplacementWithdrawn) Subject() string { return f.Asset }

// Clauses implements Published.
func (f ReplacementWithdrawn) Clauses() []string { return some(f.Clause) }

// DataDeletionAllowed says that data may be deleted.
type DataDeletionAllowed struct {
	Contract, Subscription string
	From                   date.Date
	Clause                 string
}

// Type implements Published.
func (DataDeletionAllowed) Type() string { return "data_deletion_allowed" }

// Subject implements Published.
func (f DataDeletionAllowed) Subject() string { return f.Subscription + "/dataRetention" }

// Clauses implements Published.
func (f DataDeletionAllowed) Clauses() []string { return some(f.Clause) }

// DataDeleted says that data was deleted.
type DataDeleted struct {
	Contract, Subscription string
	Deleted                time.Time
	Tombstone, Clause      string
}

// Type implements Published.
func (DataDeleted) Type() string { return "data_deleted" }

// Subject implements Published.
func (f DataDeleted) Subject() string { return f.Subscription + "/dataRetention" }

// Clauses implements Published.
func (f DataDeleted) Clauses() []string { return some(f.Clause) }

// NoticeGiven says that a notice was given.
type NoticeGiven struct{ Contract, Notice, Kind, About string }

// Type implements Published.
func (NoticeGiven) Type() string { return "notice_given" }

// Subject implements Published.
func (f NoticeGiven) Subject() string { return f.Notice }

// Clauses implements Published.
func (NoticeGiven) Clauses() []string { return nil }

// DecisionMade says that a second person decided.
type DecisionMade struct{ Contract, Decision, Action, State string }

// Type implements Published.
func (DecisionMade) Type() string { return "decision_made" }

// Subject implements Published.
func (f DecisionMade) Subject() string { return f.Decision }

// Clauses implements Published.
func (DecisionMade) Clauses() []string { return nil }

func some(clause string) []string {
	if clause == "" {
		return nil
	}
	return []string{clause}
}
