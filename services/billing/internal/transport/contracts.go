package transport

import (
	"context"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

// Contracts serves cloudpact.contract.v1.ContractService.
type Contracts struct {
	contractv1.UnimplementedContractServiceServer
	app   *bookapp.App
	pager *page.Codec
}

// NewContracts serves the book's contracts, orders and subscriptions.
func NewContracts(app *bookapp.App, pager *page.Codec) *Contracts {
	return &Contracts{app: app, pager: pager}
}

// ConcludeContract implements ContractService.
func (s *Contracts) ConcludeContract(ctx context.Context, in *contractv1.ConcludeContractRequest) (*contractv1.Contract, error) {
	ids, err := customerName.Parse(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetContractId(), "contract_id"); err != nil {
		return nil, err
	}
	c := in.GetContract()
	rev, err := revisionName.Parse(c.GetTermsRevision(), "contract.terms_revision")
	if err != nil {
		return nil, err
	}
	out, err := s.app.ConcludeContract(ctx, book.Contract{
		ContractKey: book.ContractKey{Provider: ids[0], Customer: ids[1], Contract: in.GetContractId()},
		Title:       c.GetTitle(), Readings: c.GetReadings(), Currency: c.GetCurrency(),
	}, book.Revision{Provider: rev[0], Terms: rev[1], Revision: rev[2]})
	if err != nil {
		return nil, err
	}
	return contractPB(out), nil
}

// GetContract implements ContractService.
func (s *Contracts) GetContract(ctx context.Context, in *contractv1.GetContractRequest) (*contractv1.Contract, error) {
	k, err := contractKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	c, err := s.app.Contract(ctx, k)
	if err != nil {
		return nil, err
	}
	return contractPB(c), nil
}

// ListContracts implements ContractService.
func (s *Contracts) ListContracts(ctx context.Context, in *contractv1.ListContractsRequest) (*contractv1.ListContractsResponse, error) {
	scope, err := scopeOf(customerName, in.GetParent())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 2, "ListContracts", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Contracts(ctx, scope, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Customer, rows[i].Contract} })
	out := &contractv1.ListContractsResponse{NextPageToken: next}
	for _, c := range rows {
		out.Contracts = append(out.Contracts, briefContract(c))
	}
	return out, nil
}

// AmendContract implements ContractService.
func (s *Contracts) AmendContract(ctx context.Context, in *contractv1.AmendContractRequest) (*contractv1.Contract, error) {
	k, err := contractKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	m := in.GetAmendment()
	day, err := wire.FromDate(m.GetEffectiveDate(), "amendment.effective_date")
	if err != nil {
		return nil, err
	}
	c, err := s.app.AmendContract(ctx, k, in.GetEtag(), book.Amendment{
		EffectiveDate: day, Readings: m.GetReadings(),
		CustomerSignatory: m.GetCustomerSignatory(), ProviderSignatory: m.GetProviderSignatory(),
	})
	if err != nil {
		return nil, err
	}
	return contractPB(c), nil
}

// ListReadings implements ContractService.
func (s *Contracts) ListReadings(ctx context.Context, in *contractv1.ListReadingsRequest) (*contractv1.ListReadingsResponse, error) {
	k, err := contractKey(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Readings(ctx, k)
	if err != nil {
		return nil, err
	}
	out := &contractv1.ListReadingsResponse{}
	for _, r := range rows {
		pb := &contractv1.ReadingInForce{Reading: r.Name, Option: r.Option, DefaultOption: r.Default, Clauses: r.Clauses, Reason: r.Reason}
		for _, o := range r.Options {
			pb.Options = append(pb.Options, &contractv1.ReadingOption{Option: o.Option, Runs: o.Runs, Meaning: o.Meaning})
		}
		out.Readings = append(out.Readings, pb)
	}
	return out, nil
}
