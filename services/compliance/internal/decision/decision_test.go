package decision_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/compliance/internal/decision"
)

var matter = decision.Matter{Action: decision.PlaceHold, Subject: "hold", Facts: []string{"case", "2024-07-01"}}

func TestDecide(t *testing.T) {
	h := matter.Hash()
	open := decision.Proposal{Hash: h, Proposer: "operator", State: decision.Proposed}
	done := open
	done.State = decision.Approved
	for _, c := range []struct {
		name    string
		p       decision.Proposal
		v       decision.Vote
		present string
		state   decision.State
		why     decision.Why
	}{
		{"approved", open, decision.Vote{Subject: "approver", Hash: h}, h, decision.Approved, ""},
		{"rejected", open, decision.Vote{Subject: "approver", Hash: h, Reject: true}, "", decision.Rejected, ""},
		{"own proposal", open, decision.Vote{Subject: "operator", Hash: h}, h, decision.Proposed, decision.SecondPerson},
		{"nobody", open, decision.Vote{Hash: h}, h, decision.Proposed, decision.SecondPerson},
		{"another matter", open, decision.Vote{Subject: "approver", Hash: "x"}, h, decision.Proposed, decision.Changed},
		{"changed since", open, decision.Vote{Subject: "approver", Hash: h}, "x", decision.Proposed, decision.Changed},
		{"decided before", done, decision.Vote{Subject: "approver", Hash: h}, h, decision.Approved, decision.NotOpen},
	} {
		c.v.At = time.Date(2024, 7, 3, 0, 0, 0, 0, time.UTC)
		if state, why := decision.Decide(c.p, c.v, c.present); state != c.state || why != c.why {
			t.Errorf("%s: %s %s", c.name, state, why)
		}
	}
}

// Two different matters have two different hashes, and nobody approves alone.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-c]{0,3}`)
		draw := func(name string) decision.Matter {
			return decision.Matter{
				Action: decision.LiftHold, Subject: text.Draw(t, name),
				Facts: rapid.SliceOfN(text, 0, 3).Draw(t, name+" facts"),
			}
		}
		a, b := draw("a"), draw("b")
		same := a.Subject == b.Subject && len(a.Facts) == len(b.Facts)
		for i := range a.Facts {
			same = same && a.Facts[i] == b.Facts[i]
		}
		if same != (a.Hash() == b.Hash()) {
			t.Fatalf("%+v %+v", a, b)
		}
		p := decision.Proposal{Hash: a.Hash(), Proposer: text.Draw(t, "proposer"), State: decision.Proposed}
		v := decision.Vote{Subject: text.Draw(t, "voter"), Hash: b.Hash(), At: time.Date(2024, 7, 3, 0, 0, 0, 0, time.UTC)}
		if s, _ := decision.Decide(p, v, a.Hash()); s == decision.Approved && (v.Subject == "" || v.Subject == p.Proposer || !same) {
			t.Fatalf("%+v approved %+v", v, p)
		}
	})
}
