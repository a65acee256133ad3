package transport

import (
	"context"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
)

// CreateOrder implements ContractService.
func (s *Contracts) CreateOrder(ctx context.Context, in *contractv1.CreateOrderRequest) (*contractv1.Order, error) {
	k, err := contractKey(in.GetParent(), "parent")
	if err != nil {
		return nil, err
	}
	if err := resource.CheckID(in.GetOrderId(), "order_id"); err != nil {
		return nil, err
	}
	o, err := orderOf(in.GetOrder())
	if err != nil {
		return nil, err
	}
	o.OrderKey = k.Order(in.GetOrderId())
	if o, err = s.app.CreateOrder(ctx, o); err != nil {
		return nil, err
	}
	return orderPB(o), nil
}

func orderOf(in *contractv1.Order) (book.Order, error) {
	last, err := wire.FromDate(in.GetTermLastDay(), "order.term_last_day")
	if err != nil {
		return book.Order{}, err
	}
	o := book.Order{TermMonths: int(in.GetTermMonths()), TermLastDay: last, EndsAutomatically: in.GetEndsAutomatically()}
	for i, x := range in.GetServices() {
		s, err := serviceOf(x, "order.services["+itoa(i)+"]")
		if err != nil {
			return book.Order{}, err
		}
		o.Services = append(o.Services, s)
	}
	for i, t := range in.GetIneffectiveTerms() {
		if err := text(t.GetText(), "order.ineffective_terms["+itoa(i)+"].text"); err != nil {
			return book.Order{}, err
		}
		o.Ineffective = append(o.Ineffective, book.IneffectiveTerm{Text: t.GetText(), Clause: t.GetClause()})
	}
	return o, nil
}

func serviceOf(in *contractv1.OrderedService, path string) (book.Service, error) {
	if err := resource.CheckID(in.GetSubscriptionId(), path+".subscription_id"); err != nil {
		return book.Service{}, err
	}
	if err := text(in.GetTitle(), path+".title"); err != nil {
		return book.Service{}, err
	}
	if err := text(in.GetEdition(), path+".edition"); err != nil {
		return book.Service{}, err
	}
	s := book.Service{
		Subscription: in.GetSubscriptionId(), Kind: in.GetKind(), Title: in.GetTitle(), Tokens: int(in.GetTokens()),
		OveragePrice: in.GetOveragePrice(), Edition: in.GetEdition(),
	}
	for i, x := range in.GetUnits() {
		u, err := unitOf(x, path+".units["+itoa(i)+"]")
		if err != nil {
			return s, err
		}
		s.Units = append(s.Units, u)
	}
	for i, x := range in.GetPrices() {
		p, err := priceOf(x, path+".prices["+itoa(i)+"]")
		if err != nil {
			return s, err
		}
		s.Prices = append(s.Prices, p)
	}
	return s, nil
}

func unitOf(in *contractv1.OrderedUnit, path string) (book.OrderedUnit, error) {
	u := book.OrderedUnit{ID: in.GetUnitId(), Title: in.GetTitle(), Kind: in.GetKind(), Site: in.GetSite()}
	if err := resource.CheckID(u.ID, path+".unit_id"); err != nil {
		return u, err
	}
	if err := text(u.Title, path+".title"); err != nil {
		return u, err
	}
	return u, text(u.Site, path+".site")
}

func priceOf(in *contractv1.Price, path string) (book.Price, error) {
	p := book.Price{
		ID: in.GetItemId(), Item: in.GetItem(), Amount: in.GetAmount(), PeriodMonths: int(in.GetPeriodMonths()),
		PerUnit: in.GetPerUnit(), Meter: in.GetMeter(),
	}
	if err := resource.CheckID(p.ID, path+".item_id"); err != nil {
		return p, err
	}
	if p.Meter != "" {
		if err := resource.CheckID(p.Meter, path+".meter"); err != nil {
			return p, err
		}
	}
	for i, o := range in.GetOffers() {
		if err := resource.CheckID(o.GetOfferId(), path+".offers["+itoa(i)+"].offer_id"); err != nil {
			return p, err
		}
		p.Offers = append(p.Offers, book.Offer{ID: o.GetOfferId(), Discount: o.GetDiscount(), FromMonth: int(o.GetFromMonth()), Months: int(o.GetMonths())})
	}
	return p, nil
}

// GetOrder implements ContractService.
func (s *Contracts) GetOrder(ctx context.Context, in *contractv1.GetOrderRequest) (*contractv1.Order, error) {
	k, err := orderKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	return answerOrder(s.app.Order(ctx, k))
}

func answerOrder(o book.Order, err error) (*contractv1.Order, error) {
	if err != nil {
		return nil, err
	}
	return orderPB(o), nil
}

// ListOrders implements ContractService.
func (s *Contracts) ListOrders(ctx context.Context, in *contractv1.ListOrdersRequest) (*contractv1.ListOrdersResponse, error) {
	scope, err := scopeOf(contractName, in.GetParent())
	if err != nil {
		return nil, err
	}
	l, err := s.pager.Open(in.GetPageSize(), in.GetPageToken(), 3, "ListOrders", in.GetParent())
	if err != nil {
		return nil, err
	}
	rows, err := s.app.Orders(ctx, scope, l.After, l.Limit())
	if err != nil {
		return nil, err
	}
	rows, next := page.Cut(l, rows, func(i int) []string { return []string{rows[i].Customer, rows[i].Contract, rows[i].Order} })
	out := &contractv1.ListOrdersResponse{NextPageToken: next}
	for _, o := range rows {
		out.Orders = append(out.Orders, orderPB(o))
	}
	return out, nil
}

// SignOrder implements ContractService.
func (s *Contracts) SignOrder(ctx context.Context, in *contractv1.SignOrderRequest) (*contractv1.Order, error) {
	k, err := orderKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	party, ok := parties.word(in.GetParty())
	if !ok {
		return nil, invalid("party", "say whether the customer or the provider signed")
	}
	day, err := wire.NeedDate(in.GetSignedDate(), "signed_date")
	if err != nil {
		return nil, err
	}
	return answerOrder(s.app.SignOrder(ctx, k, in.GetEtag(), party, day, in.GetSignatory()))
}

// AcceptOrder implements ContractService.
func (s *Contracts) AcceptOrder(ctx context.Context, in *contractv1.AcceptOrderRequest) (*contractv1.Order, error) {
	k, err := orderKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetAcceptanceDate(), "acceptance_date")
	if err != nil {
		return nil, err
	}
	return answerOrder(s.app.AcceptOrder(ctx, k, in.GetEtag(), day))
}

// StartSupply implements ContractService.
func (s *Contracts) StartSupply(ctx context.Context, in *contractv1.StartSupplyRequest) (*contractv1.Order, error) {
	k, err := orderKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetSupplyStartDate(), "supply_start_date")
	if err != nil {
		return nil, err
	}
	return answerOrder(s.app.StartSupply(ctx, k, in.GetEtag(), day))
}

// CancelOrder implements ContractService.
func (s *Contracts) CancelOrder(ctx context.Context, in *contractv1.CancelOrderRequest) (*contractv1.Order, error) {
	k, err := orderKey(in.GetName(), "name")
	if err != nil {
		return nil, err
	}
	day, err := wire.NeedDate(in.GetNoticeDate(), "notice_date")
	if err != nil {
		return nil, err
	}
	ids, err := subscriptionIDs(k, in.GetSubscriptions())
	if err != nil {
		return nil, err
	}
	return answerOrder(s.app.CancelOrder(ctx, k, in.GetEtag(), day, ids))
}

// subscriptionIDs takes subscriptions by their ids or by their names.
func subscriptionIDs(k book.OrderKey, given []string) ([]string, error) {
	out := make([]string, len(given))
	for i, g := range given {
		if resource.ValidID(g) {
			out[i] = g
			continue
		}
		path := "subscriptions[" + itoa(i) + "]"
		s, err := subscriptionKey(g, path)
		if err != nil {
			return nil, err
		}
		if s.ContractKey != k.ContractKey {
			return nil, invalid(path, "the subscription is another contract's")
		}
		out[i] = s.Subscription
	}
	return out, nil
}
