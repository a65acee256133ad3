package transport

import (
	"context"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/app/bookapp"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wire"
	termswire "cloudpact.dev/services/terms/wire"
)

// Registry serves cloudpact.contract.v1.RegistryService.
type Registry struct {
	contractv1.UnimplementedRegistryServiceServer
	app   *bookapp.App
	pager *page.Codec
}

// NewRegistry serves the book's providers, terms and customers.
func NewRegistry(app *bookapp.App, pager *page.Codec) *Registry {
	return &Registry{app: app, pager: pager}
}

// CreateProvider implements RegistryService.
func (s *Registry) CreateProvider(ctx context.Context, in *contractv1.CreateProviderRequest) (*contractv1.Provider, error) {
	if err := resource.CheckID(in.GetProviderId(), "provider_id"); err != nil {
		return nil, err
	}
	p := in.GetProvider()
	mode, _ := modes.word(p.GetMode())
	start, err := wire.FromTime(p.GetStartTime(), "provider.start_time")
	if err != nil {
		return nil, err
	}
	out, err := s.app.CreateProvider(ctx, book.Provider{
		ID: in.GetProviderId(), Title: p.GetTitle(), Mode: mode,
		StartTime: start, InvoiceSeries: p.GetInvoiceSeries(),
	})
	if err != nil {
		return nil, err
	}
	return providerPB(out), nil
}

// GetProvider implements RegistryService.
func (s *Registry) GetProvider(ctx context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	id, err := one(providerName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	p, err := s.app.Provider(ctx, id)
	if err != nil {
		return nil, err
	}
	return providerPB(p), nil
}

// ListProviders implements RegistryService. A caller that belongs to one
// provider sees that one.
func (s *Registry) ListProviders(ctx context.Context, in *contractv1.ListProvidersRequest) (*contractv1.ListProvidersResponse, error) {
	own := rpc.FromContext(ctx).Provider
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 1, "ListProviders", own)
	if err != nil {
		return nil, err
	}
	var rows []book.Provider
	if own != "" {
		var p book.Provider
		if p, err = s.app.Provider(ctx, own); err == nil {
			rows = []book.Provider{p}
		}
	} else {
		rows, err = s.app.Providers(ctx, l.First(), l.Limit())
	}
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].ID} })
	out := &contractv1.ListProvidersResponse{NextPageToken: next}
	for _, p := range rows {
		out.Providers = append(out.Providers, providerPB(p))
	}
	return out, nil
}

// GetClock implements RegistryService.
func (s *Registry) GetClock(ctx context.Context, in *contractv1.GetClockRequest) (*contractv1.Clock, error) {
	id, err := one(clockName, in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	c, err := s.app.Clock(ctx, id)
	if err != nil {
		return nil, err
	}
	return clockPB(c), nil
}

// RegisterRevision implements RegistryService.
func (s *Registry) RegisterRevision(ctx context.Context, in *contractv1.RegisterRevisionRequest) (*contractv1.Revision, error) {
	ids, err := termsName.Parse(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetRevisionId(), "revision_id"); err != nil {
		return nil, err
	}
	if in.GetBody() == nil {
		return nil, invalid("body", "the whole of the terms is needed")
	}
	body, err := termswire.FromProto(in.GetBody())
	if err != nil {
		return nil, termsFault(err)
	}
	r, err := s.app.RegisterRevision(ctx, book.Revision{Provider: ids[0], Terms: ids[1], Revision: in.GetRevisionId(), Body: body})
	if err != nil {
		return nil, err
	}
	return revisionPB(r)
}

// reasonTermsTooNew refuses what this build does not know.
const reasonTermsTooNew = "TERMS_TOO_NEW"

func termsFault(err error) error { return fault.Invalid(reasonTermsTooNew, "body", err.Error()) }

func revisionPB(r book.Revision) (*contractv1.Revision, error) {
	out := &contractv1.Revision{Name: r.Name(), Hash: r.Hash, RegisterTime: wire.ToTime(r.RegisterTime)}
	if r.Body == nil {
		return out, nil
	}
	body, err := termswire.ToProto(r.Body)
	out.Body = body
	return out, err
}

// GetRevision implements RegistryService.
func (s *Registry) GetRevision(ctx context.Context, in *contractv1.GetRevisionRequest) (*contractv1.Revision, error) {
	ids, err := revisionName.Parse(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	r, err := s.app.Revision(ctx, ids[0], ids[1], ids[2], in.GetView() == contractv1.RevisionView_REVISION_VIEW_FULL)
	if err != nil {
		return nil, err
	}
	return revisionPB(r)
}

// ListRevisions implements RegistryService.
func (s *Registry) ListRevisions(ctx context.Context, in *contractv1.ListRevisionsRequest) (*contractv1.ListRevisionsResponse, error) {
	scope, err := scopeOf(termsName, in.GetParent()) // the second id is that of the terms
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 1, "ListRevisions", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, places, err := s.app.Revisions(ctx, scope.Provider, scope.Customer, l.First(), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{places[i]} })
	out := &contractv1.ListRevisionsResponse{NextPageToken: next}
	for _, r := range rows {
		pb, err := revisionPB(r)
		if err != nil {
			return nil, err
		}
		out.Revisions = append(out.Revisions, pb)
	}
	return out, nil
}

// CreateCustomer implements RegistryService.
func (s *Registry) CreateCustomer(ctx context.Context, in *contractv1.CreateCustomerRequest) (*contractv1.Customer, error) {
	provider, err := one(providerName, in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetCustomerId(), "customer_id"); err != nil {
		return nil, err
	}
	c, err := s.app.CreateCustomer(ctx, book.Customer{
		Provider: provider, ID: in.GetCustomerId(),
		Title: in.GetCustomer().GetTitle(), Email: in.GetCustomer().GetEmail(),
	})
	if err != nil {
		return nil, err
	}
	return customerPB(c), nil
}

// GetCustomer implements RegistryService.
func (s *Registry) GetCustomer(ctx context.Context, in *contractv1.GetCustomerRequest) (*contractv1.Customer, error) {
	ids, err := customerName.Parse(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	c, err := s.app.Customer(ctx, ids[0], ids[1])
	if err != nil {
		return nil, err
	}
	return customerPB(c), nil
}

// ListCustomers implements RegistryService.
func (s *Registry) ListCustomers(ctx context.Context, in *contractv1.ListCustomersRequest) (*contractv1.ListCustomersResponse, error) {
	provider, err := one(providerName, in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 1, "ListCustomers", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Customers(ctx, provider, l.First(), l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].ID} })
	out := &contractv1.ListCustomersResponse{NextPageToken: next}
	for _, c := range rows {
		out.Customers = append(out.Customers, customerPB(c))
	}
	return out, nil
}

// UpdateCustomer implements RegistryService.
func (s *Registry) UpdateCustomer(ctx context.Context, in *contractv1.UpdateCustomerRequest) (*contractv1.Customer, error) {
	c := in.GetCustomer()
	ids, err := customerName.Parse(c.GetName(), "customer.name")
	if err != nil {
		return nil, err
	}
	u := bookapp.CustomerUpdate{Provider: ids[0], ID: ids[1], Etag: c.GetEtag()}
	paths := in.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		if c.GetTitle() != "" {
			paths = append(paths, "title")
		}
		if c.GetEmail() != "" {
			paths = append(paths, "email")
		}
	}
	for _, p := range paths {
		switch p {
		case "title":
			u.Title = &c.Title
		case "email":
			u.Email = &c.Email
		default:
			return nil, invalid("update_mask", "only title and email of a customer change, not "+p)
		}
	}
	out, err := s.app.UpdateCustomer(ctx, u)
	if err != nil {
		return nil, err
	}
	return customerPB(out), nil
}
