package compliance

import (
	"testing"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host/hosttest"
)

// An invoice unpaid through the cure period: demand, hold by two people, an
// offer, its conditions, and the way back.
func TestArrears(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config, "2024-06-01")
		r.conclude()
		r.advance("2024-06-17")
		r.overdue("2024-06-14", "2024-06-15", compute)
		cases := do(r, r.operator(), r.api.ListCases, &compliancev1.ListCasesRequest{Parent: contract}).GetCases()
		if len(cases) != 1 {
			t.Fatalf("cases: %v", cases)
		}
		c := cases[0]
		same(t, "case", c.GetName(), contract+"/cases/arrears-2024-06-14")
		same(t, "state", c.GetState(), compliancev1.Case_STATE_OPEN)
		same(t, "opened", text(c.GetOpenedDate()), "2024-06-15")

		r.overdue("2024-06-14", "2024-06-15", compute)
		hold := &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: c.GetName(), Subscriptions: []string{compute, backup}}
		refused(r, r.operator(), r.api.ProposeHold, hold, "NO_GROUND")
		refused(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), CureDays: 15}, "CURE_DAYS_OUT_OF_RANGE")
		refused(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), DemandDate: day("2024-06-18")}, "DATE_OUT_OF_RANGE")
		refused(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), DemandDate: day("2024-06-14")}, "DATE_OUT_OF_RANGE")
		refused(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), Etag: "v9"}, "STALE_ETAG")
		c = do(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName(), Etag: c.GetEtag(), RequestId: "one"})
		same(t, "demanded", c.GetState(), compliancev1.Case_STATE_DEMANDED)
		same(t, "last day to cure", text(c.GetCureLastDay()), "2024-07-01")
		same(t, "days to cure", c.GetCureDays(), 14)
		if c.GetExplanation() == nil || len(c.GetCitations()) == 0 {
			t.Error("the last day is not explained")
		}
		refused(r, r.operator(), r.api.DemandCure, &compliancev1.DemandCureRequest{Name: c.GetName()}, "CASE_STATE")
		refused(r, r.operator(), r.api.ProposeHold, hold, "NO_GROUND")
		r.advance("2024-07-01")
		same(t, "on the last day", r.caseState(c.GetName()), compliancev1.Case_STATE_DEMANDED)
		r.advance("2024-07-03")
		same(t, "after it", r.caseState(c.GetName()), compliancev1.Case_STATE_REMEDY_AVAILABLE)

		r.placed(hold)
		same(t, "case", r.caseState(c.GetName()), compliancev1.Case_STATE_SUSPENDED)
		r.restore(hold)
		same(t, "case", r.caseState(c.GetName()), compliancev1.Case_STATE_CURED)
	})
}

func (r *rig) caseState(name string) compliancev1.Case_State {
	r.t.Helper()
	return do(r, r.operator(), r.api.GetCase, &compliancev1.GetCaseRequest{Name: name}).GetState()
}

// placed proposes a hold and has it approved.
func (r *rig) placed(hold *compliancev1.ProposeHoldRequest) {
	t := r.t
	t.Helper()
	paid := &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: hold.GetCase(), Subscriptions: []string{backup}}
	refused(r, r.operator(), r.api.ProposeHold, paid, "NO_GROUND")
	foreign := &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h1", Case: hold.GetCase(), Subscriptions: []string{compute, contract + "/subscriptions/none"}}
	refused(r, r.operator(), r.api.ProposeHold, foreign, "CONTRACT_UNKNOWN")
	d := do(r, r.operator(), r.api.ProposeHold, hold)
	same(t, "action", d.GetAction(), "PLACE_HOLD")
	same(t, "proposed", d.GetState(), compliancev1.Decision_STATE_PROPOSED)
	refused(r, r.operator(), r.api.ProposeHold, &compliancev1.ProposeHoldRequest{Parent: contract, HoldId: "h2", Case: hold.GetCase()}, "HOLD_STATE")
	refused(r, r.operator(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()}, "ROLE_REQUIRED")
	refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: "other"}, "APPROVAL_STALE")
	refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName()}, "FIELD_INVALID")
	d = do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
	same(t, "approved", d.GetState(), compliancev1.Decision_STATE_APPROVED)
	same(t, "by", d.GetApprovedBy(), "approver")
	refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()}, "DECISION_STATE")
	h := do(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: contract + "/holds/h1"})
	same(t, "hold", h.GetState(), compliancev1.Hold_STATE_PLACED)
	same(t, "clause", h.GetClause(), "cpc/31(i)")
	refused(r, r.operator(), r.api.ProposeHold, hold, "CASE_STATE")
}

// restore offers restoration, meets its conditions one by one, and lifts the
// hold.
func (r *rig) restore(hold *compliancev1.ProposeHoldRequest) {
	t := r.t
	t.Helper()
	name := contract + "/holds/" + hold.GetHoldId()
	propose := &compliancev1.ProposeRestorationRequest{Name: name}
	refused(r, r.operator(), r.api.ProposeRestoration, propose, "HOLD_STATE")
	dollars := &compliancev1.RestorationOffer{Fee: hkd(500)}
	dollars.Fee.CurrencyCode = "USD"
	refused(r, r.operator(), r.api.OfferRestoration, &compliancev1.OfferRestorationRequest{Name: name, Offer: dollars}, "CURRENCY_INVALID")
	refused(r, r.operator(), r.api.OfferRestoration, &compliancev1.OfferRestorationRequest{
		Name:  name,
		Offer: &compliancev1.RestorationOffer{Fee: hkd(-1)},
	}, "AMOUNT_INVALID")
	refused(r, r.operator(), r.api.OfferRestoration, &compliancev1.OfferRestorationRequest{Name: name}, "FIELD_INVALID")
	offer := &compliancev1.OfferRestorationRequest{
		Name:  name,
		Offer: &compliancev1.RestorationOffer{Fee: hkd(500), AccountCleared: true, DepositComplete: true},
	}
	h := do(r, r.operator(), r.api.OfferRestoration, offer)
	same(t, "offered", h.GetState(), compliancev1.Hold_STATE_RESTORATION_OFFERED)
	refused(r, r.operator(), r.api.OfferRestoration, offer, "HOLD_STATE")
	refused(r, r.operator(), r.api.ProposeRestoration, propose, "CONDITIONS_NOT_MET")
	r.deposit()
	r.cleared("2024-07-22")
	refused(r, r.operator(), r.api.ProposeRestoration, propose, "CONDITIONS_NOT_MET")
	r.settled("2024-07-22", "restoration/h1")
	h = do(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: name})
	if got := h.GetOffer().GetMet(); len(got) != 3 {
		t.Errorf("met: %v", got)
	}
	refused(r, r.operator(), r.api.ProposeRestoration, &compliancev1.ProposeRestorationRequest{Name: name, Etag: "v1"}, "STALE_ETAG")
	d := do(r, r.operator(), r.api.ProposeRestoration, propose)
	same(t, "action", d.GetAction(), "LIFT_HOLD")
	refused(r, r.operator(), r.api.ProposeRestoration, propose, "DECISION_STATE")
	do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
	h = do(r, r.operator(), r.api.GetHold, &compliancev1.GetHoldRequest{Name: name})
	same(t, "lifted", h.GetState(), compliancev1.Hold_STATE_LIFTED)
}
