// Package approval is the four-eyes rule: who has agreed to exactly this thing,
// and is it enough. It decides; storing the calls and knowing the people is the
// work of others.
package approval

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"
)

// Rule says who must agree. The zero Rule asks for one person other than the
// proposer, of any role.
type Rule struct {
	Quorum int      // different people who must approve; 0 means 1
	Roles  []string // roles that may vote; none means any
}

// Proposal is what waits for approval.
type Proposal struct {
	Hash     string    // of what is approved: see Hash
	Proposer string    // the subject who asked; never counts as an approver
	Expires  time.Time // a vote at this instant or later is void; zero means never
}

// Vote is the stored call of one subject.
type Vote struct {
	Subject string
	Role    string
	Hash    string // of what the subject saw
	Reject  bool
	At      time.Time
}

// Status is where a proposal stands.
type Status string

// The states. A rejection is final: who wants it after all proposes anew.
const (
	Pending  Status = "PENDING"
	Approved Status = "APPROVED"
	Rejected Status = "REJECTED"
	Expired  Status = "EXPIRED"
)

// Why says why a vote did not count.
type Why string

// The reasons for which a vote does not count.
const (
	OtherHash   Why = "OTHER_HASH"   // it was given for something else
	OwnProposal Why = "OWN_PROPOSAL" // a proposer approves nothing of their own
	WrongRole   Why = "WRONG_ROLE"
	TooLate     Why = "TOO_LATE"  // after expiry or after the decision fell
	Repeated    Why = "REPEATED"  // the same subject had voted
	Anonymous   Why = "ANONYMOUS" // no subject
)

// Void is a vote that did not count.
type Void struct {
	Vote Vote
	Why  Why
}

// Outcome is the decision with its grounds.
type Outcome struct {
	Status    Status
	Approvers []string  // subjects whose approval counted, in order of time
	Missing   int       // approvals still needed while pending
	DecidedBy string    // subject of the vote that decided
	DecidedAt time.Time // instant of that vote, or of the expiry
	Void      []Void
}

// Decide counts the votes on a proposal as of now. The order of the votes does
// not matter; they are taken by time, then by subject. A proposer may withdraw
// the proposal by a rejecting vote.
func Decide(r Rule, p Proposal, votes []Vote, now time.Time) Outcome {
	votes = slices.Clone(votes)
	slices.SortStableFunc(votes, func(a, b Vote) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.Subject < b.Subject {
			return -1
		}
		if a.Subject > b.Subject {
			return 1
		}
		return 0
	})
	quorum := max(r.Quorum, 1)
	o := Outcome{Status: Pending}
	for _, v := range votes {
		if v.At.After(now) {
			continue
		}
		if why := void(r, p, o, v); why != "" {
			o.Void = append(o.Void, Void{v, why})
			continue
		}
		switch {
		case v.Reject:
			o.Status = Rejected
		default:
			o.Approvers = append(o.Approvers, v.Subject)
			if len(o.Approvers) == quorum {
				o.Status = Approved
			}
		}
		if o.Status != Pending {
			o.DecidedBy, o.DecidedAt = v.Subject, v.At
		}
	}
	if o.Status == Pending && expired(p, now) {
		o.Status, o.DecidedAt = Expired, p.Expires
	}
	if o.Status == Pending {
		o.Missing = quorum - len(o.Approvers)
	}
	return o
}

func expired(p Proposal, at time.Time) bool {
	return !p.Expires.IsZero() && !at.Before(p.Expires)
}

// void tells why a vote does not count, or "".
func void(r Rule, p Proposal, o Outcome, v Vote) Why {
	switch {
	case v.Subject == "":
		return Anonymous
	case p.Hash == "" || v.Hash != p.Hash:
		return OtherHash
	case v.Subject == p.Proposer && !v.Reject:
		return OwnProposal
	case v.Subject != p.Proposer && len(r.Roles) > 0 && !slices.Contains(r.Roles, v.Role):
		return WrongRole
	case expired(p, v.At) || o.Status != Pending:
		return TooLate
	case slices.Contains(o.Approvers, v.Subject) && !v.Reject:
		return Repeated
	}
	return ""
}

// Hash binds an approval to what is approved: the method, the resource, the
// body, in an order that the caller keeps. Each part counts with its length, so
// that no two different lists have the same input.
func Hash(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
