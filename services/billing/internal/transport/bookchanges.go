package transport

import (
	"maps"

	"google.golang.org/protobuf/proto"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/billing/internal/book"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
)

// encodeDeadline makes the bodies of what kit publishes about deadlines.
func encodeDeadline(body any) proto.Message {
	d, ok := body.(commit.Deadline)
	if !ok {
		return nil
	}
	return feed.DeadlineBody(d)
}

// encodeBook makes the bodies of the book's changes.
func encodeBook(body any) proto.Message {
	switch b := body.(type) {
	case book.ProviderCreated:
		return &contractv1.ProviderCreated{Provider: book.ProviderName(b.Provider), Mode: string(b.Mode), Now: wire.ToTime(b.Now)}
	case book.RevisionPublished:
		return &contractv1.RevisionPublished{Revision: b.Revision, Hash: b.Hash}
	case book.CustomerCreated:
		return &contractv1.CustomerCreated{Customer: b.Customer}
	case book.ContractConcluded:
		return &contractv1.ContractConcluded{Contract: contractFacts(b.Contract)}
	case book.ContractEffective:
		return &contractv1.ContractEffective{Contract: b.Contract, EffectiveDate: wire.ToDate(b.EffectiveDate)}
	case book.ContractAmended:
		return &contractv1.ContractAmended{Contract: contractFacts(b.Contract), EffectiveDate: wire.ToDate(b.EffectiveDate)}
	case book.ContractEnded:
		return &contractv1.ContractEnded{Contract: b.Contract, LastDay: wire.ToDate(b.LastDay)}
	case book.OrderPlaced:
		return orderPlaced(b)
	case book.OrderAccepted:
		return &contractv1.OrderAccepted{Order: b.Order, AcceptedDate: wire.ToDate(b.AcceptedDate)}
	}
	return encodeSubscription(body)
}

func encodeSubscription(body any) proto.Message {
	switch b := body.(type) {
	case book.SubscriptionChanged:
		return &contractv1.SubscriptionChanged{Subscription: subscriptionFacts(b.Subscription)}
	case book.CommencementSet:
		return &contractv1.CommencementSet{Subscription: subscriptionFacts(b.Subscription)}
	case book.CommencementRevoked:
		return &contractv1.CommencementRevoked{Subscription: subscriptionFacts(b.Subscription)}
	case book.CommencementFeeAgreed:
		return &contractv1.CommencementFeeAgreed{
			Subscription: b.Subscription, Fee: b.Fee, AgreedDate: wire.ToDate(b.AgreedDate),
			CommencementVersion: b.CommencementVersion,
		}
	case book.TermEnded:
		return &contractv1.TermEnded{Subscription: subscriptionFacts(b.Subscription), Continues: b.Continues}
	case book.NoticeChanged:
		return &contractv1.TerminationNoticeChanged{
			Subscription: subscriptionFacts(b.Subscription), Party: parties.pb(b.Party),
			State: noticeStates.pb(b.State),
		}
	case book.SubscriptionEnded:
		return &contractv1.SubscriptionEnded{Subscription: subscriptionFacts(b.Subscription), Clause: b.Clause}
	case book.SubscriptionCancelled:
		return &contractv1.SubscriptionCancelled{Subscription: subscriptionFacts(b.Subscription), NoticeDate: wire.ToDate(b.NoticeDate), Deemed: b.Deemed}
	}
	return nil
}

func contractFacts(c book.ContractFacts) *contractv1.ContractFacts {
	return &contractv1.ContractFacts{
		Contract: c.Contract.Name(), TermsRevision: c.Revision, TermsHash: c.Hash,
		Readings: maps.Clone(c.Readings), Currency: c.Currency,
	}
}

// orderPlaced leaves titles out: they are free text.
func orderPlaced(b book.OrderPlaced) *contractv1.OrderPlaced {
	o := b.Order
	out := &contractv1.OrderPlaced{
		Order: o.Name(), SignedDate: wire.ToDate(o.Signed), EndsAutomatically: o.EndsAutomatically,
		TermMonths: int32(b.TermMonths),
	}
	for _, s := range o.Services {
		pb := servicePB(s)
		pb.Title = ""
		for _, u := range pb.Units {
			u.Title, u.Site = "", ""
		}
		out.Services = append(out.Services, pb)
	}
	return out
}

// subscriptionFacts carries the notice's days while it runs, and keeps them when
// the service has ended: the price of the end depends on them.
func subscriptionFacts(f book.SubscriptionFacts) *contractv1.SubscriptionFacts {
	s := f.Subscription
	out := &contractv1.SubscriptionFacts{
		Subscription: s.Name(), Order: s.ContractKey.Order(s.Order).Name(), Contract: contractFacts(f.Contract),
		Kind: s.Kind, State: subscriptionStates.pb(s.State), CommencementDate: wire.ToDate(s.Commencement.Date),
		Provisional: s.Commencement.Provisional, CommencementVersion: s.Commencement.Version, TermEnd: wire.ToDate(s.TermEnd),
		TermMonths: int32(s.TermMonths), EndsAutomatically: s.EndsAutomatically, Tokens: int32(s.Tokens), OveragePrice: s.OveragePrice,
		Edition: s.Edition, LastDay: wire.ToDate(s.End.LastDay), EndCause: s.End.Cause, EndVersion: s.End.Version, Prices: pricesPB(s.Prices),
		OrderSignedDate: wire.ToDate(s.OrderSigned),
	}
	if s.Notice.Counts() {
		out.NoticeDate, out.NoticeLastDay = wire.ToDate(s.Notice.Served), wire.ToDate(s.Notice.LastDay)
	}
	for _, u := range s.Units {
		pb := &contractv1.UnitFacts{Unit: s.SubscriptionKey.Unit(u.ID), Kind: u.Kind, AddedDate: wire.ToDate(u.Added), RemovedDate: wire.ToDate(u.Removed)}
		if u.Replaces != "" {
			pb.Replaces = s.SubscriptionKey.Unit(u.Replaces)
		}
		out.Units = append(out.Units, pb)
	}
	return out
}
