package transport

import (
	"context"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/wire"
)

func answer(s book.Subscription, err error) (*contractv1.Subscription, error) {
	if err != nil {
		return nil, err
	}
	return subscriptionPB(s), nil
}

// GetSubscription implements ContractService.
func (s *Contracts) GetSubscription(ctx context.Context, in *contractv1.GetSubscriptionRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	return answer(s.app.Subscription(ctx, k))
}

// ListSubscriptions implements ContractService.
func (s *Contracts) ListSubscriptions(ctx context.Context, in *contractv1.ListSubscriptionsRequest) (*contractv1.ListSubscriptionsResponse, error) {
	scope, err := scopeOf(contractName, in.GetParent())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 3, "ListSubscriptions", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Subscriptions(ctx, scope, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Customer, rows[i].Contract, rows[i].Subscription} })
	out := &contractv1.ListSubscriptionsResponse{NextPageToken: next}
	for _, sub := range rows {
		out.Subscriptions = append(out.Subscriptions, briefSubscription(sub))
	}
	return out, nil
}

// AddUnit implements ContractService.
func (s *Contracts) AddUnit(ctx context.Context, in *contractv1.AddUnitRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	u, err := unitOf(in.GetUnit(), "unit")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetAddedDate(), "added_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.AddUnit(ctx, k, in.GetEtag(), u, day))
}

// RemoveUnit implements ContractService.
func (s *Contracts) RemoveUnit(ctx context.Context, in *contractv1.RemoveUnitRequest) (*contractv1.Subscription, error) {
	k, unit, err := unitKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetRemovedDate(), "removed_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.RemoveUnit(ctx, k, unit, in.GetEtag(), day))
}

// ReplaceUnit implements ContractService.
func (s *Contracts) ReplaceUnit(ctx context.Context, in *contractv1.ReplaceUnitRequest) (*contractv1.Subscription, error) {
	k, unit, err := unitKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	by, err := unitOf(in.GetUnit(), "unit")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetReplacedDate(), "replaced_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.ReplaceUnit(ctx, k, unit, in.GetEtag(), by, day))
}

// NotifyReadiness implements ContractService.
func (s *Contracts) NotifyReadiness(ctx context.Context, in *contractv1.NotifyReadinessRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetNoticeDate(), "notice_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.NotifyReadiness(ctx, k, in.GetEtag(), day))
}

// ReportProblem implements ContractService.
func (s *Contracts) ReportProblem(ctx context.Context, in *contractv1.ReportProblemRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetReportDate(), "report_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.ReportProblem(ctx, k, in.GetEtag(), day, in.GetDescription()))
}

// RecordFirstCopy implements ContractService.
func (s *Contracts) RecordFirstCopy(ctx context.Context, in *contractv1.RecordFirstCopyRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	completed, err := wire.NeedTime(in.GetCompletedTime(), "completed_time")
	if err != nil {
		return nil, err
	}
	emailed, err := wire.NeedTime(in.GetEmailedTime(), "emailed_time")
	if err != nil {
		return nil, err
	}
	return answer(s.app.RecordFirstCopy(ctx, k, in.GetEtag(), in.GetUnit(), completed, emailed))
}

// CompleteAcceptanceTest implements ContractService.
func (s *Contracts) CompleteAcceptanceTest(ctx context.Context, in *contractv1.CompleteAcceptanceTestRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetCompletedDate(), "completed_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.CompleteAcceptanceTest(ctx, k, in.GetEtag(), day))
}

// SignAcceptance implements ContractService.
func (s *Contracts) SignAcceptance(ctx context.Context, in *contractv1.SignAcceptanceRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetSignedDate(), "signed_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.SignAcceptance(ctx, k, in.GetEtag(), day))
}

// ChangeCommencement implements ContractService.
func (s *Contracts) ChangeCommencement(ctx context.Context, in *contractv1.ChangeCommencementRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetDate(), "date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.ChangeCommencement(ctx, k, in.GetEtag(), day, in.GetFee(), in.GetFeeAccepted()))
}
