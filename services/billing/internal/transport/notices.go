package transport

import (
	"context"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/wire"
)

// ServeTerminationNotice implements ContractService.
func (s *Contracts) ServeTerminationNotice(ctx context.Context, in *contractv1.ServeTerminationNoticeRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	party, ok := parties.word(in.GetParty())
	if !ok {
		return nil, invalid("party", "say whether the customer or the provider gives notice")
	}
	served, err := wire.NeedDate(in.GetServedDate(), "served_date")
	if err != nil {
		return nil, err
	}
	requested, err := wire.FromDate(in.GetRequestedLastDay(), "requested_last_day")
	if err != nil {
		return nil, err
	}
	return answer(s.app.ServeTerminationNotice(ctx, k, in.GetEtag(), book.Notice{
		Party: party, Served: served, Requested: requested,
		PrescribedForm: in.GetPrescribedForm(), Signed: in.GetSigned(),
	}))
}

// AcknowledgeTerminationNotice implements ContractService.
func (s *Contracts) AcknowledgeTerminationNotice(ctx context.Context, in *contractv1.AcknowledgeTerminationNoticeRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetAcknowledgedDate(), "acknowledged_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.AcknowledgeTerminationNotice(ctx, k, in.GetEtag(), day))
}

// WithdrawTerminationNotice implements ContractService.
func (s *Contracts) WithdrawTerminationNotice(ctx context.Context, in *contractv1.WithdrawTerminationNoticeRequest) (*contractv1.Subscription, error) {
	k, err := subscriptionKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetWithdrawnDate(), "withdrawn_date")
	if err != nil {
		return nil, err
	}
	return answer(s.app.WithdrawTerminationNotice(ctx, k, in.GetEtag(), day))
}
