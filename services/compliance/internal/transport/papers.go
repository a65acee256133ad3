package transport

import (
	"context"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/compliance/internal/custody"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/wire"
)

// GetObligation implements ComplianceService.
func (s *Service) GetObligation(ctx context.Context, in *compliancev1.GetObligationRequest) (*compliancev1.Obligation, error) {
	k, id, err := customerKey(obligationName, in.GetName())
	if err != nil {
		return nil, err
	}
	o, err := s.app.Obligation(ctx, k, id)
	return answer(o, err, obligationPB)
}

// ListObligations implements ComplianceService.
func (s *Service) ListObligations(ctx context.Context, in *compliancev1.ListObligationsRequest) (*compliancev1.ListObligationsResponse, error) {
	list, err := listOf(customerName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Obligations(ctx, list, in.GetRunningOnly())
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListObligationsResponse{Obligations: all(rows, obligationPB), NextPageToken: next}, nil
}

// GetNotice implements ComplianceService.
func (s *Service) GetNotice(ctx context.Context, in *compliancev1.GetNoticeRequest) (*compliancev1.Notice, error) {
	k, id, err := customerKey(noticeName, in.GetName())
	if err != nil {
		return nil, err
	}
	n, err := s.app.Notice(ctx, k, id)
	return answer(n, err, noticePB)
}

// ListNotices implements ComplianceService.
func (s *Service) ListNotices(ctx context.Context, in *compliancev1.ListNoticesRequest) (*compliancev1.ListNoticesResponse, error) {
	list, err := listOf(customerName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Notices(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListNoticesResponse{Notices: all(rows, noticePB), NextPageToken: next}, nil
}

// ListAuditEntries implements ComplianceService.
func (s *Service) ListAuditEntries(ctx context.Context, in *compliancev1.ListAuditEntriesRequest) (*compliancev1.ListAuditEntriesResponse, error) {
	list, err := listOf(customerName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.AuditEntries(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListAuditEntriesResponse{AuditEntries: all(rows, auditPB), NextPageToken: next}, nil
}

// RegisterAsset implements ComplianceService.
func (s *Service) RegisterAsset(ctx context.Context, in *compliancev1.RegisterAssetRequest) (*compliancev1.Asset, error) {
	k, err := parentKey(in.GetParent(), in.GetAssetId(), "asset_id")
	if err != nil {
		return nil, err
	}
	a := in.GetAsset()
	if a == nil {
		return nil, invalid("asset", "the asset is missing")
	}
	sub, err := keyOf(subscriptionName, a.GetSubscription(), "asset.subscription")
	if err != nil {
		return nil, err
	}
	if sub.ContractKey != k.ContractKey {
		return nil, fault.NotFound(app.ReasonContractUnknown, a.GetSubscription()).And("asset.subscription", "no service of this contract")
	}
	if a.GetMarketPrice() == nil {
		return nil, invalid("asset.market_price", "the price is missing")
	}
	price, err := moneyOf(a.GetMarketPrice(), "asset.market_price")
	if err != nil {
		return nil, err
	}
	for path, v := range map[string]string{"asset.title": a.GetTitle(), "asset.price_evidence": a.GetPriceEvidence()} {
		if err := text(v, path); err != nil {
			return nil, err
		}
	}
	r, err := s.app.RegisterAsset(ctx, app.NewAsset{Asset: k, Subscription: sub, Title: a.GetTitle(), Price: price, Evidence: a.GetPriceEvidence()})
	return answer(r, err, assetPB)
}

// DeliverAsset implements ComplianceService.
func (s *Service) DeliverAsset(ctx context.Context, in *compliancev1.DeliverAssetRequest) (*compliancev1.Asset, error) {
	k, err := keyOf(assetName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetDeliveredDate(), "delivered_date")
	if err != nil {
		return nil, err
	}
	r, err := s.app.DeliverAsset(ctx, k, in.GetEtag(), on)
	return answer(r, err, assetPB)
}

// ReceiveAsset implements ComplianceService.
func (s *Service) ReceiveAsset(ctx context.Context, in *compliancev1.ReceiveAssetRequest) (*compliancev1.Asset, error) {
	k, err := keyOf(assetName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetReturnedDate(), "returned_date")
	if err != nil {
		return nil, err
	}
	r, err := s.app.ReceiveAsset(ctx, app.Receipt{Asset: k, Etag: in.GetEtag(), On: on, Condition: custody.Condition(in.GetCondition())})
	return answer(r, err, assetPB)
}

// ReportAssetLoss implements ComplianceService.
func (s *Service) ReportAssetLoss(ctx context.Context, in *compliancev1.ReportAssetLossRequest) (*compliancev1.Asset, error) {
	k, err := keyOf(assetName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.NeedDate(in.GetLossDate(), "loss_date")
	if err != nil {
		return nil, err
	}
	r, err := s.app.ReportAssetLoss(ctx, app.Loss{Asset: k, Etag: in.GetEtag(), On: on, WearAndTear: in.GetWearAndTear()})
	return answer(r, err, assetPB)
}

// DemandReplacement implements ComplianceService.
func (s *Service) DemandReplacement(ctx context.Context, in *compliancev1.DemandReplacementRequest) (*compliancev1.Asset, error) {
	k, err := keyOf(assetName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.FromDate(in.GetDemandDate(), "demand_date")
	if err != nil {
		return nil, err
	}
	r, err := s.app.DemandReplacement(ctx, k, in.GetEtag(), on)
	return answer(r, err, assetPB)
}

// GetAsset implements ComplianceService.
func (s *Service) GetAsset(ctx context.Context, in *compliancev1.GetAssetRequest) (*compliancev1.Asset, error) {
	k, err := keyOf(assetName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	r, err := s.app.Asset(ctx, k)
	return answer(r, err, assetPB)
}

// ListAssets implements ComplianceService.
func (s *Service) ListAssets(ctx context.Context, in *compliancev1.ListAssetsRequest) (*compliancev1.ListAssetsResponse, error) {
	list, err := listOf(contractName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Assets(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListAssetsResponse{Assets: all(rows, assetPB), NextPageToken: next}, nil
}

// GetDataRetention implements ComplianceService.
func (s *Service) GetDataRetention(ctx context.Context, in *compliancev1.GetDataRetentionRequest) (*compliancev1.DataRetention, error) {
	k, err := keyOf(retentionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	r, err := s.app.Retention(ctx, k)
	return answer(r, err, retentionPB)
}

// ProposeDataDeletion implements ComplianceService.
func (s *Service) ProposeDataDeletion(ctx context.Context, in *compliancev1.ProposeDataDeletionRequest) (*compliancev1.Decision, error) {
	k, err := keyOf(retentionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	if err := text(in.GetNote(), "note"); err != nil {
		return nil, err
	}
	d, err := s.app.ProposeDataDeletion(ctx, k, in.GetNote())
	return answer(d, err, decisionPB)
}

// SetLegalHold implements ComplianceService.
func (s *Service) SetLegalHold(ctx context.Context, in *compliancev1.SetLegalHoldRequest) (*compliancev1.DataRetention, error) {
	k, err := keyOf(retentionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	r, err := s.app.SetLegalHold(ctx, k, in.GetLegalHold())
	return answer(r, err, retentionPB)
}
