package approval_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/approval"
)

var noon = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }

func vote(who string, minute int) approval.Vote {
	return approval.Vote{Subject: who, Role: "manager", Hash: "h", At: at(minute)}
}

func TestDecide(t *testing.T) {
	reject := func(v approval.Vote) approval.Vote { v.Reject = true; return v }
	other := func(v approval.Vote) approval.Vote { v.Hash = "x"; return v }
	clerk := func(v approval.Vote) approval.Vote { v.Role = "clerk"; return v }
	two := approval.Rule{Quorum: 2, Roles: []string{"manager"}}
	for _, c := range []struct {
		name    string
		rule    approval.Rule
		votes   []approval.Vote
		want    approval.Status
		missing int
		void    []approval.Why
	}{
		{"nobody", approval.Rule{}, nil, approval.Pending, 1, nil},
		{"a second person", approval.Rule{}, []approval.Vote{vote("bo", 1)}, approval.Approved, 0, nil},
		{"only the proposer", approval.Rule{}, []approval.Vote{vote("al", 1)}, approval.Pending, 1, []approval.Why{approval.OwnProposal}},
		{"one of two", two, []approval.Vote{vote("bo", 1)}, approval.Pending, 1, nil},
		{"two of two", two, []approval.Vote{vote("bo", 1), vote("cy", 2)}, approval.Approved, 0, nil},
		{"one person twice", two, []approval.Vote{vote("bo", 1), vote("bo", 2)}, approval.Pending, 1, []approval.Why{approval.Repeated}},
		{"another thing", two, []approval.Vote{other(vote("bo", 1)), vote("cy", 2)}, approval.Pending, 1, []approval.Why{approval.OtherHash}},
		{"wrong role", two, []approval.Vote{clerk(vote("bo", 1)), reject(clerk(vote("cy", 1)))}, approval.Pending, 2, []approval.Why{approval.WrongRole, approval.WrongRole}},
		{"nameless", two, []approval.Vote{vote("", 1)}, approval.Pending, 2, []approval.Why{approval.Anonymous}},
		{"rejected", two, []approval.Vote{vote("bo", 1), reject(vote("cy", 2)), vote("di", 3)}, approval.Rejected, 0, []approval.Why{approval.TooLate}},
		{"second thoughts", two, []approval.Vote{vote("bo", 1), reject(vote("bo", 2))}, approval.Rejected, 0, nil},
		{"withdrawn", two, []approval.Vote{reject(clerk(vote("al", 1)))}, approval.Rejected, 0, nil},
		{"rejected after approval", approval.Rule{}, []approval.Vote{reject(vote("cy", 2)), vote("bo", 1)}, approval.Approved, 0, []approval.Why{approval.TooLate}},
		{"in the future", approval.Rule{}, []approval.Vote{vote("bo", 60)}, approval.Pending, 1, nil},
	} {
		o := approval.Decide(c.rule, approval.Proposal{Hash: "h", Proposer: "al"}, c.votes, at(10))
		if o.Status != c.want || o.Missing != c.missing || len(o.Void) != len(c.void) {
			t.Errorf("%s: %+v", c.name, o)
			continue
		}
		for i, why := range c.void {
			if o.Void[i].Why != why {
				t.Errorf("%s: %+v", c.name, o.Void)
			}
		}
		if o.DecidedAt.IsZero() != (c.want == approval.Pending) {
			t.Errorf("%s: decided at %v", c.name, o.DecidedAt)
		}
	}
}

func TestExpiry(t *testing.T) {
	p := approval.Proposal{Hash: "h", Proposer: "al", Expires: at(5)}
	for minute, want := range map[int]approval.Status{4: approval.Pending, 5: approval.Expired} {
		if o := approval.Decide(approval.Rule{}, p, nil, at(minute)); o.Status != want {
			t.Errorf("after %d minutes: %+v", minute, o)
		}
	}
	if o := approval.Decide(approval.Rule{}, p, []approval.Vote{vote("bo", 5)}, at(9)); o.Status != approval.Expired || o.DecidedAt != at(5) {
		t.Errorf("a vote at expiry counts: %+v", o)
	}
	if o := approval.Decide(approval.Rule{}, p, []approval.Vote{vote("bo", 4)}, at(9)); o.Status != approval.Approved || o.DecidedBy != "bo" {
		t.Errorf("an approval before expiry is lost: %+v", o)
	}
	if o := approval.Decide(approval.Rule{}, approval.Proposal{Proposer: "al"}, []approval.Vote{{Subject: "bo", At: at(1)}}, at(9)); o.Status != approval.Pending {
		t.Errorf("a proposal without a hash is approved: %+v", o)
	}
}

func TestHash(t *testing.T) {
	part := func(s string) []byte { return []byte(s) }
	if approval.Hash(part("ab"), part("c")) == approval.Hash(part("a"), part("bc")) || approval.Hash() == approval.Hash(nil) || len(approval.Hash()) != 64 {
		t.Error("different things have one hash")
	}
	first, again := approval.Hash(part("a"), part("b")), approval.Hash(part("a"), part("b"))
	if first != again {
		t.Error("one thing has different hashes")
	}
}

// TestOrder checks that the order of the votes does not matter and that an
// approval always rests on enough different people, none of them the proposer.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := []string{"al", "bo", "cy", "di", ""}
		var votes []approval.Vote
		for i := range rapid.IntRange(0, 8).Draw(t, "votes") {
			v := vote(rapid.SampledFrom(people).Draw(t, "who"), i)
			v.Reject = rapid.IntRange(0, 9).Draw(t, "reject") == 0
			v.Hash = rapid.SampledFrom([]string{"h", "h", "h", "x"}).Draw(t, "hash")
			votes = append(votes, v)
		}
		rule, p := approval.Rule{Quorum: rapid.IntRange(0, 3).Draw(t, "quorum")}, approval.Proposal{Hash: "h", Proposer: "al"}
		o := approval.Decide(rule, p, votes, at(60))
		again := approval.Decide(rule, p, rapid.Permutation(votes).Draw(t, "shuffled"), at(60))
		if o.Status != again.Status || o.DecidedBy != again.DecidedBy || o.Missing != again.Missing {
			t.Fatalf("%+v and %+v", o, again)
		}
		seen := map[string]bool{"": true, "al": true}
		for _, who := range o.Approvers {
			if seen[who] {
				t.Fatalf("%q approves", who)
			}
			seen[who] = true
		}
		if (o.Status == approval.Approved) != (len(o.Approvers) >= max(rule.Quorum, 1) && o.Status != approval.Rejected) {
			t.Fatalf("%+v", o)
		}
	})
}
