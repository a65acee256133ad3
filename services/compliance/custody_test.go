package compliance

import (
	"testing"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host/hosttest"
)

const gateway = contract + "/assets/gateway"

// asset registers and delivers an asset of the service compute.
func (r *rig) asset() *compliancev1.Asset {
	r.t.Helper()
	in := &compliancev1.RegisterAssetRequest{Parent: contract, AssetId: "gateway", Asset: &compliancev1.Asset{
		Subscription: compute, Title: "Access gateway", MarketPrice: hkd(7200), PriceEvidence: "quotation",
	}}
	do(r, r.operator(), r.api.RegisterAsset, in)
	refused(r, r.operator(), r.api.RegisterAsset, in, "ALREADY_EXISTS")
	return do(r, r.operator(), r.api.DeliverAsset, &compliancev1.DeliverAssetRequest{Name: gateway, DeliveredDate: day("2024-01-22")})
}

func (r *rig) assetNow() *compliancev1.Asset {
	r.t.Helper()
	return do(r, r.operator(), r.api.GetAsset, &compliancev1.GetAssetRequest{Name: gateway})
}

// The appliance of the demo: due, overdue, demanded, paid, returned too late.
func TestCustody(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config, "2024-01-22")
		r.conclude()
		same(t, "delivered", r.asset().GetState(), compliancev1.Asset_STATE_IN_CUSTODY)
		r.advance("2025-09-11")
		r.service(compute, "2025-09-30", "CUSTOMER_NOTICE", 1)
		a := r.assetNow()
		same(t, "before the end", a.GetState(), compliancev1.Asset_STATE_IN_CUSTODY)
		same(t, "return by", text(a.GetReturnLastDay()), "2025-10-07")
		same(t, "obligation", r.obligation("asset_return/"+gateway), compliancev1.Obligation_STATE_RUNNING)
		r.advance("2025-10-01")
		same(t, "the day after", r.assetNow().GetState(), compliancev1.Asset_STATE_RETURN_DUE)
		demand := &compliancev1.DemandReplacementRequest{Name: gateway}
		refused(r, r.operator(), r.api.DemandReplacement, demand, "ASSET_STATE")
		r.advance("2025-10-08")
		same(t, "overdue", r.assetNow().GetState(), compliancev1.Asset_STATE_RETURN_OVERDUE)
		same(t, "obligation", r.obligation("asset_return/"+gateway), compliancev1.Obligation_STATE_MISSED)
		demand.DemandDate = day("2025-10-09")
		refused(r, r.operator(), r.api.DemandReplacement, demand, "DATE_OUT_OF_RANGE")
		demand.DemandDate, demand.Etag = nil, "v1"
		refused(r, r.operator(), r.api.DemandReplacement, demand, "STALE_ETAG")
		demand.Etag = ""
		a = do(r, r.operator(), r.api.DemandReplacement, demand)
		same(t, "demanded", a.GetState(), compliancev1.Asset_STATE_DEMANDED)
		same(t, "pay by", text(a.GetPaymentLastDay()), "2025-10-22")
		r.settled("2025-10-10", "replacement/gateway")
		r.advance("2025-10-16")
		a = do(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2025-10-16"), Condition: "OK"})
		same(t, "returned", a.GetState(), compliancev1.Asset_STATE_RETURNED)
		r.published("replacement_demanded", 1)
		r.published("replacement_withdrawn", 0)
		same(t, "return notices", r.notices("RETURN_DEMAND"), 1)
		same(t, "price notices", r.notices("REPLACEMENT_DEMAND"), 1)
	})
}

// [W:21-2]: back on the last day costs nothing; late but unpaid and undamaged
// takes the price away.
func TestReturns(t *testing.T) {
	t.Run("in time", func(t *testing.T) {
		r := sqliteRig(t, "2024-01-22")
		r.conclude()
		r.asset()
		r.service(compute, "2024-02-23", "CUSTOMER_NOTICE", 1)
		r.advance("2024-03-01")
		refused(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2024-03-02"), Condition: "OK"}, "DATE_OUT_OF_RANGE")
		refused(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2024-03-01"), Condition: "FINE"}, "FIELD_INVALID")
		do(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2024-03-01"), Condition: "OK"})
		same(t, "obligation", r.obligation("asset_return/"+gateway), compliancev1.Obligation_STATE_MET)
		r.published("replacement_demanded", 0)
	})
	t.Run("late, unpaid", func(t *testing.T) {
		r := sqliteRig(t, "2024-01-22")
		r.conclude()
		r.asset()
		r.service(compute, "2024-02-23", "CUSTOMER_NOTICE", 1)
		r.advance("2024-03-05")
		do(r, r.operator(), r.api.DemandReplacement, &compliancev1.DemandReplacementRequest{Name: gateway})
		r.advance("2024-03-06")
		do(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2024-03-06"), Condition: "OK"})
		r.published("replacement_withdrawn", 1)
	})
	t.Run("in time, damaged", func(t *testing.T) {
		r := sqliteRig(t, "2024-01-22")
		r.conclude()
		r.asset()
		r.service(compute, "2024-02-23", "CUSTOMER_NOTICE", 1)
		r.advance("2024-02-28")
		a := do(r, r.operator(), r.api.ReceiveAsset, &compliancev1.ReceiveAssetRequest{Name: gateway, ReturnedDate: day("2024-02-28"), Condition: "DAMAGED"})
		same(t, "price payable by", text(a.GetPaymentLastDay()), "2024-03-13")
		r.published("replacement_demanded", 1)
	})
	t.Run("the end is taken back", func(t *testing.T) {
		r := sqliteRig(t, "2024-01-22")
		r.conclude()
		r.asset()
		r.service(compute, "2024-02-23", "CUSTOMER_NOTICE", 1)
		r.service(compute, "", "", 2)
		same(t, "obligation", r.obligation("asset_return/"+gateway), compliancev1.Obligation_STATE_WITHDRAWN)
		same(t, "obligation", r.obligation("data_deletion/"+compute), compliancev1.Obligation_STATE_WITHDRAWN)
		r.advance("2024-03-05")
		same(t, "stays", r.assetNow().GetState(), compliancev1.Asset_STATE_IN_CUSTODY)
	})
}

// [W:18-1], [W:18-2].
func TestLoss(t *testing.T) {
	r := sqliteRig(t, "2024-01-22")
	r.conclude()
	r.asset()
	r.advance("2024-05-03")
	loss := &compliancev1.ReportAssetLossRequest{Name: gateway, LossDate: day("2024-01-09")}
	refused(r, r.operator(), r.api.ReportAssetLoss, loss, "DATE_OUT_OF_RANGE")
	loss.LossDate, loss.WearAndTear = day("2024-05-02"), true
	same(t, "worn", do(r, r.operator(), r.api.ReportAssetLoss, loss).GetState(), compliancev1.Asset_STATE_IN_CUSTODY)
	r.published("replacement_demanded", 0)
	loss.WearAndTear = false
	a := do(r, r.operator(), r.api.ReportAssetLoss, loss)
	same(t, "stolen", a.GetState(), compliancev1.Asset_STATE_LOST)
	same(t, "payable by", text(a.GetPaymentLastDay()), "2024-05-17")
	refused(r, r.operator(), r.api.ReportAssetLoss, loss, "ASSET_STATE")
	r.published("replacement_demanded", 1)
	same(t, "assets", len(do(r, r.operator(), r.api.ListAssets, &compliancev1.ListAssetsRequest{Parent: provider + "/customers/-/contracts/-"}).GetAssets()), 1)
}

func TestRegisterRefusals(t *testing.T) {
	r := sqliteRig(t, "2024-01-22")
	r.conclude()
	base := func(change func(*compliancev1.RegisterAssetRequest)) *compliancev1.RegisterAssetRequest {
		in := &compliancev1.RegisterAssetRequest{Parent: contract, AssetId: "gateway", Asset: &compliancev1.Asset{
			Subscription: compute, MarketPrice: hkd(7200), PriceEvidence: "quotation",
		}}
		change(in)
		return in
	}
	for reason, change := range map[string]func(*compliancev1.RegisterAssetRequest){
		"NAME_INVALID":      func(in *compliancev1.RegisterAssetRequest) { in.AssetId = "Gateway" },
		"FIELD_INVALID":     func(in *compliancev1.RegisterAssetRequest) { in.Asset.MarketPrice = nil },
		"AMOUNT_INVALID":    func(in *compliancev1.RegisterAssetRequest) { in.Asset.MarketPrice.Nanos = 1 },
		"CURRENCY_INVALID":  func(in *compliancev1.RegisterAssetRequest) { in.Asset.MarketPrice.CurrencyCode = "EUR" },
		"EVIDENCE_REQUIRED": func(in *compliancev1.RegisterAssetRequest) { in.Asset.PriceEvidence = "" },
		"CONTRACT_UNKNOWN":  func(in *compliancev1.RegisterAssetRequest) { in.Asset.Subscription = contract + "/subscriptions/none" },
	} {
		refused(r, r.operator(), r.api.RegisterAsset, base(change), reason)
	}
	other := customer + "/contracts/other"
	refused(r, r.operator(), r.api.RegisterAsset, base(func(in *compliancev1.RegisterAssetRequest) {
		in.Parent, in.Asset.Subscription = other, other+"/subscriptions/compute"
	}), "CONTRACT_UNKNOWN")
	refused(r, r.operator(), r.api.DeliverAsset, &compliancev1.DeliverAssetRequest{Name: gateway, DeliveredDate: day("2024-01-22")}, "NOT_FOUND")
}

// The data of an ended service: a legal hold, two people, and no way back.
func TestRetention(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config, "2025-02-01")
		r.conclude()
		name := compute + "/dataRetention"
		at := func() *compliancev1.DataRetention {
			return do(r, r.operator(), r.api.GetDataRetention, &compliancev1.GetDataRetentionRequest{Name: name})
		}
		same(t, "runs", at().GetState(), compliancev1.DataRetention_STATE_RETAINED)
		propose := &compliancev1.ProposeDataDeletionRequest{Name: name}
		refused(r, r.operator(), r.api.ProposeDataDeletion, propose, "DELETION_NOT_ALLOWED")
		r.service(compute, "2025-02-20", "CUSTOMER_NOTICE", 1)
		same(t, "allowed from", text(at().GetAllowedFrom()), "2025-02-21")
		refused(r, r.operator(), r.api.ProposeDataDeletion, propose, "DELETION_NOT_ALLOWED")
		do(r, r.operator(), r.api.SetLegalHold, &compliancev1.SetLegalHoldRequest{Name: name, LegalHold: "case 7 of 2025"})
		r.advance("2025-02-21")
		same(t, "held", at().GetState(), compliancev1.DataRetention_STATE_LEGAL_HOLD)
		r.published("data_deletion_allowed", 0)
		refused(r, r.operator(), r.api.ProposeDataDeletion, propose, "DELETION_NOT_ALLOWED")
		same(t, "lifted", do(r, r.operator(), r.api.SetLegalHold, &compliancev1.SetLegalHoldRequest{Name: name}).GetState(),
			compliancev1.DataRetention_STATE_DELETION_ALLOWED)
		r.published("data_deletion_allowed", 1)
		d := do(r, r.operator(), r.api.ProposeDataDeletion, propose)
		same(t, "action", d.GetAction(), "DELETE_DATA")
		do(r, r.operator(), r.api.SetLegalHold, &compliancev1.SetLegalHoldRequest{Name: name, LegalHold: "late"})
		refused(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()}, "APPROVAL_STALE")
		do(r, r.operator(), r.api.SetLegalHold, &compliancev1.SetLegalHoldRequest{Name: name})
		do(r, r.approver(), r.api.ApproveDecision, &compliancev1.ApproveDecisionRequest{Name: d.GetName(), Hash: d.GetHash()})
		gone := at()
		same(t, "deleted", gone.GetState(), compliancev1.DataRetention_STATE_DELETED)
		same(t, "tombstone", len(gone.GetTombstone()), 64)
		refused(r, r.operator(), r.api.SetLegalHold, &compliancev1.SetLegalHoldRequest{Name: name, LegalHold: "too late"}, "DELETION_NOT_ALLOWED")
		refused(r, r.operator(), r.api.GetDataRetention, &compliancev1.GetDataRetentionRequest{Name: contract + "/subscriptions/none/dataRetention"}, "NOT_FOUND")
		r.service(compute, "2025-02-28", "CUSTOMER_NOTICE", 2) // a later version of the end
		same(t, "stays deleted", at().GetState(), compliancev1.DataRetention_STATE_DELETED)
	})
}
