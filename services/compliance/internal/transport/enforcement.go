package transport

import (
	"context"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/compliance/internal/app"
	"cloudpact.dev/services/kit/wire"
)

// Service implements ComplianceService.
type Service struct {
	compliancev1.UnimplementedComplianceServiceServer
	app *app.App
}

// New serves the use cases.
func New(a *app.App) *Service { return &Service{app: a} }

// GetCase implements ComplianceService.
func (s *Service) GetCase(ctx context.Context, in *compliancev1.GetCaseRequest) (*compliancev1.Case, error) {
	k, err := keyOf(caseName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	c, err := s.app.Case(ctx, k)
	return answer(c, err, casePB)
}

// ListCases implements ComplianceService.
func (s *Service) ListCases(ctx context.Context, in *compliancev1.ListCasesRequest) (*compliancev1.ListCasesResponse, error) {
	list, err := listOf(contractName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Cases(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListCasesResponse{Cases: all(rows, casePB), NextPageToken: next}, nil
}

// DemandCure implements ComplianceService.
func (s *Service) DemandCure(ctx context.Context, in *compliancev1.DemandCureRequest) (*compliancev1.Case, error) {
	k, err := keyOf(caseName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	on, err := wire.FromDate(in.GetDemandDate(), "demand_date")
	if err != nil {
		return nil, err
	}
	c, err := s.app.DemandCure(ctx, app.Demand{Case: k, Etag: in.GetEtag(), Date: on, Days: int(in.GetCureDays())})
	return answer(c, err, casePB)
}

// CloseCase implements ComplianceService.
func (s *Service) CloseCase(ctx context.Context, in *compliancev1.CloseCaseRequest) (*compliancev1.Case, error) {
	k, err := keyOf(caseName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	if err := text(in.GetNote(), "note"); err != nil {
		return nil, err
	}
	c, err := s.app.CloseCase(ctx, k, in.GetEtag(), in.GetNote())
	return answer(c, err, casePB)
}

// GetHold implements ComplianceService.
func (s *Service) GetHold(ctx context.Context, in *compliancev1.GetHoldRequest) (*compliancev1.Hold, error) {
	k, err := keyOf(holdName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	h, err := s.app.Hold(ctx, k)
	return answer(h, err, holdPB)
}

// ListHolds implements ComplianceService.
func (s *Service) ListHolds(ctx context.Context, in *compliancev1.ListHoldsRequest) (*compliancev1.ListHoldsResponse, error) {
	list, err := listOf(contractName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Holds(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListHoldsResponse{Holds: all(rows, holdPB), NextPageToken: next}, nil
}

// ProposeHold implements ComplianceService.
func (s *Service) ProposeHold(ctx context.Context, in *compliancev1.ProposeHoldRequest) (*compliancev1.Decision, error) {
	hold, err := parentKey(in.GetParent(), in.GetHoldId(), "hold_id")
	if err != nil {
		return nil, err
	}
	of, err := keyOf(caseName, in.GetCase(), "case")
	if err != nil {
		return nil, err
	}
	d, err := s.app.ProposeHold(ctx, app.HoldProposal{Hold: hold, Case: of, Subscriptions: in.GetSubscriptions()})
	return answer(d, err, decisionPB)
}

// OfferRestoration implements ComplianceService.
func (s *Service) OfferRestoration(ctx context.Context, in *compliancev1.OfferRestorationRequest) (*compliancev1.Hold, error) {
	k, err := keyOf(holdName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	o := in.GetOffer()
	if o == nil {
		return nil, invalid("offer", "the offer is missing; an empty one asks for nothing")
	}
	offer := app.RestorationOffer{Hold: k, Etag: in.GetEtag(), AccountCleared: o.GetAccountCleared(), DepositComplete: o.GetDepositComplete()}
	if o.GetFee() != nil {
		fee, err := moneyOf(o.GetFee(), "offer.fee")
		if err != nil {
			return nil, err
		}
		offer.Fee = &fee
	}
	h, err := s.app.OfferRestoration(ctx, offer)
	return answer(h, err, holdPB)
}

// ProposeRestoration implements ComplianceService.
func (s *Service) ProposeRestoration(ctx context.Context, in *compliancev1.ProposeRestorationRequest) (*compliancev1.Decision, error) {
	k, err := keyOf(holdName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	d, err := s.app.ProposeRestoration(ctx, k, in.GetEtag())
	return answer(d, err, decisionPB)
}

// ProposeTermination implements ComplianceService.
func (s *Service) ProposeTermination(ctx context.Context, in *compliancev1.ProposeTerminationRequest) (*compliancev1.Decision, error) {
	ids, err := contractName.Parse(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	of, err := keyOf(caseName, in.GetCase(), "case")
	if err != nil {
		return nil, err
	}
	last, err := wire.NeedDate(in.GetLastDay(), "last_day")
	if err != nil {
		return nil, err
	}
	if err := text(in.GetNote(), "note"); err != nil {
		return nil, err
	}
	d, err := s.app.ProposeTermination(ctx, app.TerminationProposal{
		Contract: contractOf(ids), Case: of, Subscriptions: in.GetSubscriptions(),
		LastDay: last, Note: in.GetNote(),
	})
	return answer(d, err, decisionPB)
}

// GetDecision implements ComplianceService.
func (s *Service) GetDecision(ctx context.Context, in *compliancev1.GetDecisionRequest) (*compliancev1.Decision, error) {
	k, err := keyOf(decisionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	d, err := s.app.Decision(ctx, k)
	return answer(d, err, decisionPB)
}

// ListDecisions implements ComplianceService.
func (s *Service) ListDecisions(ctx context.Context, in *compliancev1.ListDecisionsRequest) (*compliancev1.ListDecisionsResponse, error) {
	list, err := listOf(contractName, in)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.app.Decisions(ctx, list)
	if err != nil {
		return nil, err
	}
	return &compliancev1.ListDecisionsResponse{Decisions: all(rows, decisionPB), NextPageToken: next}, nil
}

// ApproveDecision implements ComplianceService.
func (s *Service) ApproveDecision(ctx context.Context, in *compliancev1.ApproveDecisionRequest) (*compliancev1.Decision, error) {
	k, err := keyOf(decisionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	d, err := s.app.ApproveDecision(ctx, k, in.GetHash())
	return answer(d, err, decisionPB)
}

// RejectDecision implements ComplianceService.
func (s *Service) RejectDecision(ctx context.Context, in *compliancev1.RejectDecisionRequest) (*compliancev1.Decision, error) {
	k, err := keyOf(decisionName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	if err := text(in.GetNote(), "note"); err != nil {
		return nil, err
	}
	d, err := s.app.RejectDecision(ctx, k, in.GetNote())
	return answer(d, err, decisionPB)
}

// maxText bounds a line of free text.
const maxText = 500

// text refuses what is too long for a line.
func text(s, path string) error {
	if len(s) > maxText {
		return invalid(path, "the text has more than 500 bytes")
	}
	return nil
}
