package compliance

import (
	"testing"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
)

func sqliteRig(t *testing.T, start string) *rig {
	t.Helper()
	return newRig(t, func() db.Config { return dbtest.SQLiteConfig(t) }, start)
}

// arrears opens a case and demands payment.
func (r *rig) arrears(demand bool) *compliancev1.Case {
	r.t.Helper()
	r.conclude()
	r.overdue("2024-03-01", "2024-03-02", compute)
	name := contract + "/cases/arrears-2024-03-01"
	if demand {
		return do(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: name})
	}
	return do(r, r.operator(), r.api.GetCase, &compliancev1.GetCaseRequest{Name: name})
}

// [W:10b-1] and [W:10b-2].
func TestCuredInTime(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	same(t, "last day", text(c.GetCureLastDay()), "2024-03-18")
	r.advance("2024-03-18")
	r.cleared("2024-03-18")
	same(t, "paid in full on the last day", r.caseState(c.GetName()), compliancev1.Case_STATE_CURED)
	same(t, "obligation", r.obligation("cure_end/"+c.GetName()), compliancev1.Obligation_STATE_MET)
	refused(r, r.operator(), r.api.ProposeHold, &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: c.GetName()}, "CASE_STATE")
	r.overdue("2024-03-01", "2024-03-02", compute) // the same document again: a payment was taken back
	same(t, "second spell", r.caseState(c.GetName()+"-2"), compliancev1.Case_STATE_OPEN)
}

// A payment of value inside the period that is recorded after it takes the
// ground away, but nothing that was done.
func TestRecordedLate(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	r.advance("2024-03-19")
	same(t, "passed", r.caseState(c.GetName()), compliancev1.Case_STATE_REMEDY_AVAILABLE)
	hold := &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: c.GetName()}
	d := do(r, r.operator(), r.api.ProposeHold, hold)
	r.cleared("2024-03-18")
	same(t, "cured after all", r.caseState(c.GetName()), compliancev1.Case_STATE_CURED)
	same(t, "proposal", r.decision(d.GetName()), compliancev1.Decision_STATE_STALE)
	refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()}, "DECISION_STATE")
	h := do(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: contract + "/holds/h1"})
	same(t, "hold", h.GetState(), compliancev1.Hold_STATE_REJECTED)

	r.overdue("2024-03-10", "2024-03-11", compute)
	next := contract + "/cases/arrears-2024-03-10"
	do(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: next, CureDays: 1})
	r.advance("2024-03-21")
	d = do(r, r.operator(), r.api.ProposeHold, &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h2", Case: next})
	do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
	r.cleared("2024-03-20")
	same(t, "an act stands", r.caseState(next), compliancev1.Case_STATE_SUSPENDED)
	h = do(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: contract + "/holds/h2"})
	same(t, "hold", h.GetState(), compliancev1.Hold_STATE_PLACED)
}

// [W:31-1]'s opposite: paid after the period, nothing more to suspend for.
func TestPaidTooLate(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	r.advance("2024-03-25")
	r.cleared("2024-03-25")
	same(t, "the ground stays", r.caseState(c.GetName()), compliancev1.Case_STATE_REMEDY_AVAILABLE)
	refused(r, r.operator(), r.api.ProposeHold, &compliancev1.ProposeHoldRequest{
		Parent: contract, HoldId: "h1", Case: c.GetName(),
		Subscriptions: []string{compute},
	}, "NO_GROUND")
}

func TestTermination(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	in := &compliancev1.ProposeTerminationRequest{
		Parent: contract, Case: c.GetName(), Subscriptions: []string{compute},
		LastDay: day("2024-03-31"), Note: "three demands",
	}
	refused(r, r.operator(), r.api.ProposeTermination, in, "NO_GROUND")
	r.advance("2024-03-20")
	in.LastDay = day("2024-03-19")
	refused(r, r.operator(), r.api.ProposeTermination, in, "DATE_OUT_OF_RANGE")
	in.LastDay = nil
	refused(r, r.operator(), r.api.ProposeTermination, in, "FIELD_INVALID")
	in.LastDay = day("2024-03-31")
	d := do(r, r.operator(), r.api.ProposeTermination, in)
	rejected := do(r, r.approver(), r.api.RejectDecision, &compliancev1.RejectDecisionRequest{Name: d.GetName(), Note: "talk to them first"})
	same(t, "rejected", rejected.GetState(), compliancev1.Decision_STATE_REJECTED)
	same(t, "why", rejected.GetNote(), "talk to them first")
	d = do(r, r.operator(), r.api.ProposeTermination, in)
	r.advance("2024-04-01")
	refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()}, "APPROVAL_STALE")
	do(r, r.approver(), r.api.RejectDecision, &compliancev1.RejectDecisionRequest{Name: d.GetName(), Note: "too late"})
	in.LastDay = day("2024-04-30")
	d = do(r, r.operator(), r.api.ProposeTermination, in)
	do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
	same(t, "case", r.caseState(c.GetName()), compliancev1.Case_STATE_TERMINATED)
	r.published("termination_ordered", 1)
	all := do(r, r.operator(), r.api.ListDecisions, &compliancev1.ListDecisionsRequest{Parent: contract}).GetDecisions()
	same(t, "decisions", len(all), 3)
}

func TestWaiver(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	refused(r, r.approver(), r.api.CloseCase, &compliancev1.CloseCaseRequest{Name: c.GetName()}, "FIELD_INVALID")
	refused(r, r.approver(), r.api.CloseCase, &compliancev1.CloseCaseRequest{Name: c.GetName(), Note: "goodwill", Etag: "v1"}, "STALE_ETAG")
	closed := do(r, r.approver(), r.api.CloseCase, &compliancev1.CloseCaseRequest{Name: c.GetName(), Note: "goodwill"})
	same(t, "closed", closed.GetState(), compliancev1.Case_STATE_CLOSED)
	same(t, "obligation", r.obligation("cure_end/"+c.GetName()), compliancev1.Obligation_STATE_WITHDRAWN)
	refused(r, r.approver(), r.api.CloseCase, &compliancev1.CloseCaseRequest{Name: c.GetName(), Note: "again"}, "CASE_STATE")
	r.overdue("2024-03-01", "2024-03-02", compute, backup) // the same arrears: waived
	same(t, "cases", len(r.cases()), 1)
	r.overdue("2024-04-01", "2024-04-02", compute) // others are not
	same(t, "cases", len(r.cases()), 2)
}

// A deposit that is not provided is a breach; providing it cures it.
func TestDepositCase(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	r.conclude()
	r.tell("billing", "deposit_defaulted", account, &billingv1.Change{Body: &billingv1.Change_DepositDefaulted{
		DepositDefaulted: &billingv1.DepositDefaulted{Account: account, Shortfall: hkd(15000), Deadline: day("2024-03-03")},
	}})
	c := r.cases()[0]
	same(t, "kind", c.GetKind(), "DEPOSIT")
	do(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), CureDays: 3})
	refused(r, r.operator(), r.api.ProposeHold, &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: c.GetName()}, "NO_GROUND")
	r.deposit()
	same(t, "provided", r.caseState(c.GetName()), compliancev1.Case_STATE_CURED)
}

// Nobody approves what they proposed, whatever their roles.
func TestSecondPerson(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(true)
	r.advance("2024-03-20")
	both := rpc.WithPrincipal(t.Context(), rpc.Principal{Subject: "both", Roles: []string{rpc.RoleOperator, rpc.RoleApprover}})
	d, err := r.direct.ProposeHold(both, &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: c.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.direct.ApproveDecision(both, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
	if !fault.Is(err, "SECOND_PERSON_REQUIRED") {
		t.Errorf("approved by its proposer: %v", err)
	}
	same(t, "still open", r.decision(d.GetName()), compliancev1.Decision_STATE_PROPOSED)
	do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
}

// The same request is answered as it was; another under its id is refused.
func TestReplay(t *testing.T) {
	r := sqliteRig(t, "2024-03-04")
	c := r.arrears(false)
	in := &compliancev1.DemandCureRequest{Name: c.GetName(), RequestId: "r-1"}
	first := do(r, r.operator(), r.api.DemandCure, in)
	again := do(r, r.operator(), r.api.DemandCure, in)
	same(t, "answered as before", again.GetEtag(), first.GetEtag())
	in.CureDays = 3
	refused(r, r.operator(), r.api.DemandCure, in, "REQUEST_ID_REUSED")
}

func (r *rig) cases() []*compliancev1.Case {
	r.t.Helper()
	return do(r, r.operator(), r.api.ListCases, &compliancev1.ListCasesRequest{Parent: contract}).GetCases()
}

func (r *rig) decision(name string) compliancev1.Decision_State {
	r.t.Helper()
	return do(r, r.operator(), r.api.GetDecision, &compliancev1.GetDecisionRequest{Name: name}).GetState()
}

// obligation is where a deadline stands in the calendar.
func (r *rig) obligation(deadline string) compliancev1.Obligation_State {
	r.t.Helper()
	r.catchUp(r.now)
	for _, o := range do(r, r.operator(), r.api.ListObligations, &compliancev1.ListObligationsRequest{Parent: customer}).GetObligations() {
		if o.GetDeadline() == deadline {
			return o.GetState()
		}
	}
	return compliancev1.Obligation_STATE_UNSPECIFIED
}

// published checks how often compliance told a fact.
func (r *rig) published(typ string, want int) {
	r.t.Helper()
	same(r.t, typ, len(r.changes(typ)), want)
}
