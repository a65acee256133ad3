// Package decision is the second person: an act that the agreement leaves to the
// provider is proposed by one subject and approved by another, who approves
// exactly what was proposed.
package decision

import (
	"time"

	"cloudpact.dev/services/figures/approval"
)

// Action is what is decided.
type Action string

// The actions.
const (
	PlaceHold  Action = "PLACE_HOLD"
	LiftHold   Action = "LIFT_HOLD"
	Terminate  Action = "TERMINATE"
	DeleteData Action = "DELETE_DATA"
)

// State is where a decision stands.
type State string

// The states.
const (
	// Proposed: it waits for a second person.
	Proposed State = "PROPOSED"
	// Approved and executed.
	Approved State = "APPROVED"
	// Rejected for good; who wants it after all proposes anew.
	Rejected State = "REJECTED"
	// Stale: what was to be decided has changed since.
	Stale State = "STALE"
)

// RoleApprover is the role whose vote counts.
const RoleApprover = "approver"

// Matter is what a decision binds: the action, what it acts on, and every fact
// that a second person relies on, in a fixed order.
type Matter struct {
	Action  Action
	Subject string
	Facts   []string
}

// Hash binds an approval to the matter.
func (m Matter) Hash() string {
	parts := [][]byte{[]byte(m.Action), []byte(m.Subject)}
	for _, f := range m.Facts {
		parts = append(parts, []byte(f))
	}
	return approval.Hash(parts...)
}

// Proposal is a decision as it was stored.
type Proposal struct {
	Hash     string
	Proposer string
	State    State
}

// Vote is the call of a second person.
type Vote struct {
	Subject string
	// Hash of what the subject saw; for a rejection that of the proposal.
	Hash   string
	Reject bool
	At     time.Time
}

// Why says why a vote is refused, "" where it decides.
type Why string

// The grounds.
const (
	// NotOpen: the decision has fallen, or is stale.
	NotOpen Why = "NOT_OPEN"
	// SecondPerson: the proposer approves nothing of their own.
	SecondPerson Why = "SECOND_PERSON"
	// Changed: the vote was given for something else, or what it is about has
	// changed since.
	Changed Why = "CHANGED"
)

// Decide judges a vote. present is the hash of the matter as it stands now; it
// does not matter for a rejection.
func Decide(p Proposal, v Vote, present string) (State, Why) {
	if p.State != Proposed {
		return p.State, NotOpen
	}
	out := approval.Decide(approval.Rule{Roles: []string{RoleApprover}},
		approval.Proposal{Hash: p.Hash, Proposer: p.Proposer},
		[]approval.Vote{{Subject: v.Subject, Role: RoleApprover, Hash: v.Hash, Reject: v.Reject, At: v.At}}, v.At)
	switch {
	case len(out.Void) > 0 && out.Void[0].Why == approval.OtherHash:
		return p.State, Changed
	case len(out.Void) > 0:
		return p.State, SecondPerson
	case out.Status == approval.Rejected:
		return Rejected, ""
	case present != p.Hash:
		return p.State, Changed
	}
	return Approved, ""
}
