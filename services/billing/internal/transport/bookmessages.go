package transport

import (
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/wire"
)

func providerPB(p book.Provider) *contractv1.Provider {
	return &contractv1.Provider{
		Name: book.ProviderName(p.ID), Title: p.Title, Mode: modes.pb(p.Mode),
		StartTime: wire.ToTime(p.StartTime), InvoiceSeries: p.InvoiceSeries, CreateTime: wire.ToTime(p.CreateTime), Etag: book.Etag(p.Version),
	}
}

func clockPB(c book.Clock) *contractv1.Clock {
	return &contractv1.Clock{Name: book.ClockName(c.Provider), Now: wire.ToTime(c.Now), Operation: c.Operation}
}

func customerPB(c book.Customer) *contractv1.Customer {
	return &contractv1.Customer{Name: c.Name(), Title: c.Title, Email: c.Email, CreateTime: wire.ToTime(c.CreateTime), Etag: book.Etag(c.Version)}
}

func contractPB(c book.Contract) *contractv1.Contract {
	out := &contractv1.Contract{
		Name: c.Name(), Title: c.Title, TermsRevision: c.Revision, Readings: c.Readings,
		Currency: c.Currency, ConcludeTime: wire.ToTime(c.ConcludeTime), EffectiveDate: wire.ToDate(c.EffectiveDate),
		EndDate: wire.ToDate(c.EndDate), State: contractStates.pb(c.State), Etag: book.Etag(c.Version),
		EffectiveExplanation: wire.ToExplanation(c.EffectiveExplanation),
	}
	if c.Survival.Clause != "" {
		out.Survival = &contractv1.Survival{Clause: c.Survival.Clause, Clauses: c.Survival.Clauses}
	}
	for _, a := range c.Amendments {
		out.Amendments = append(out.Amendments, &contractv1.Amendment{
			EffectiveDate: wire.ToDate(a.EffectiveDate), Readings: a.Readings, Clause: a.Clause,
			CustomerSignatory: a.CustomerSignatory, ProviderSignatory: a.ProviderSignatory,
		})
	}
	return out
}

func orderPB(o book.Order) *contractv1.Order {
	out := &contractv1.Order{
		Name: o.Name(), TermMonths: int32(o.TermMonths), TermLastDay: wire.ToDate(o.TermLastDay),
		EndsAutomatically: o.EndsAutomatically, CustomerSignedDate: wire.ToDate(o.CustomerSigned), ProviderSignedDate: wire.ToDate(o.ProviderSigned),
		AcceptanceDate: wire.ToDate(o.Accepted), SupplyStartDate: wire.ToDate(o.SupplyStarted), State: orderStates.pb(o.State), Etag: book.Etag(o.Version), Clause: o.Clause,
	}
	for _, s := range o.Services {
		out.Services = append(out.Services, servicePB(s))
	}
	for _, t := range o.Ineffective {
		pb := &contractv1.IneffectiveTerm{Text: t.Text, Clause: t.Clause}
		if t.Precedence != "" {
			pb.Clauses = []string{t.Precedence}
		}
		out.IneffectiveTerms = append(out.IneffectiveTerms, pb)
	}
	return out
}

func servicePB(s book.Service) *contractv1.OrderedService {
	out := &contractv1.OrderedService{
		SubscriptionId: s.Subscription, Kind: s.Kind, Title: s.Title, Prices: pricesPB(s.Prices),
		Tokens: int32(s.Tokens), OveragePrice: s.OveragePrice, Edition: s.Edition,
	}
	for _, u := range s.Units {
		out.Units = append(out.Units, &contractv1.OrderedUnit{UnitId: u.ID, Title: u.Title, Kind: u.Kind, Site: u.Site})
	}
	return out
}

func pricesPB(prices []book.Price) []*contractv1.Price {
	var out []*contractv1.Price
	for _, p := range prices {
		pb := &contractv1.Price{
			ItemId: p.ID, Item: p.Item, Amount: p.Amount, PeriodMonths: int32(p.PeriodMonths),
			PerUnit: p.PerUnit, Meter: p.Meter,
		}
		for _, o := range p.Offers {
			pb.Offers = append(pb.Offers, &contractv1.Offer{
				OfferId: o.ID, Discount: o.Discount,
				FromMonth: int32(o.FromMonth), Months: int32(o.Months),
			})
		}
		out = append(out, pb)
	}
	return out
}

func subscriptionPB(s book.Subscription) *contractv1.Subscription {
	out := &contractv1.Subscription{
		Name: s.Name(), Order: s.ContractKey.Order(s.Order).Name(), Kind: s.Kind, Title: s.Title,
		State: subscriptionStates.pb(s.State), Commencement: commencementPB(s.Commencement), TermStart: wire.ToDate(s.TermStart),
		TermEnd: wire.ToDate(s.TermEnd), TermMonths: int32(s.TermMonths), Notice: noticePB(s.Notice), End: endPB(s.End), Holds: s.Holds,
		Etag: book.Etag(s.Version), TermExplanation: wire.ToExplanation(s.TermExplanation),
	}
	for _, u := range s.Units {
		pb := &contractv1.Unit{
			Name: s.SubscriptionKey.Unit(u.ID), Kind: u.Kind, Title: u.Title, Site: u.Site,
			AddedDate: wire.ToDate(u.Added), RemovedDate: wire.ToDate(u.Removed),
		}
		if u.Replaces != "" {
			pb.Replaces = s.SubscriptionKey.Unit(u.Replaces)
		}
		out.Units = append(out.Units, pb)
	}
	return out
}

func commencementPB(c book.Commencement) *contractv1.Commencement {
	out := &contractv1.Commencement{
		Method: c.Method, Date: wire.ToDate(c.Date), Provisional: c.Provisional, NoticeDate: wire.ToDate(c.NoticeDate),
		WindowLastDay: wire.ToDate(c.WindowLastDay), Pending: c.Pending, SignedDate: wire.ToDate(c.SignedDate), Version: c.Version, Clause: c.Clause,
		Explanation: wire.ToExplanation(c.Explanation), WindowExplanation: wire.ToExplanation(c.WindowExplanation),
	}
	for _, p := range c.Problems {
		out.Problems = append(out.Problems, &contractv1.Problem{ReportDate: wire.ToDate(p.ReportDate), InTime: p.InTime, Description: p.Description})
	}
	return out
}

func noticePB(n *book.Notice) *contractv1.TerminationNotice {
	if n == nil {
		return nil
	}
	return &contractv1.TerminationNotice{
		Party: parties.pb(n.Party), ServedDate: wire.ToDate(n.Served), AcknowledgedDate: wire.ToDate(n.Acknowledged),
		NoticeLastDay: wire.ToDate(n.LastDay), RequestedLastDay: wire.ToDate(n.Requested), State: noticeStates.pb(n.State), Clause: n.Clause,
		Explanation: wire.ToExplanation(n.Explanation), ServiceExplanation: wire.ToExplanation(n.ServiceExplanation),
	}
}

func endPB(e book.End) *contractv1.End {
	if e.Cause == "" {
		return nil
	}
	return &contractv1.End{LastDay: wire.ToDate(e.LastDay), Cause: e.Cause, Version: e.Version, Clause: e.Clause}
}

// brief takes the derivations off a contract, for lists.
func briefContract(c book.Contract) *contractv1.Contract {
	out := contractPB(c)
	out.EffectiveExplanation = nil
	return out
}

// briefSubscription takes the derivations off a subscription, for lists.
func briefSubscription(s book.Subscription) *contractv1.Subscription {
	out := subscriptionPB(s)
	out.TermExplanation = nil
	out.Commencement.Explanation, out.Commencement.WindowExplanation = nil, nil
	if out.Notice != nil {
		out.Notice.Explanation, out.Notice.ServiceExplanation = nil, nil
	}
	return out
}
