package transport

import (
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/compliance/internal/record"
	"cloudpact.dev/services/kit/wire"
)

// state is the enum value of a word: the wire's names are the domain's words
// behind a prefix.
func state[E ~int32](values map[string]int32, word string) E { return E(values["STATE_"+word]) }

func casePB(c record.Case) *compliancev1.Case {
	out := &compliancev1.Case{
		Name: c.Name(), Kind: c.Kind, Subscriptions: c.Subscriptions,
		State:      state[compliancev1.Case_State](compliancev1.Case_State_value, string(c.State)),
		OpenedDate: wire.ToDate(c.Opened), DemandDate: wire.ToDate(c.Demand), CureDays: int32(c.CureDays), CureLastDay: wire.ToDate(c.CureLastDay),
		Citations: wire.ToCitations(c.Citations), Explanation: wire.ToExplanation(c.Explanation), Etag: record.Etag(c.Version),
	}
	if c.Account != "" {
		out.Account = c.In(c.Account).AccountName()
	}
	if c.Hold != "" {
		out.Hold = c.In(c.Hold).HoldName()
	}
	return out
}

func holdPB(h record.Hold) *compliancev1.Hold {
	out := &compliancev1.Hold{
		Name: h.Name(), Case: h.In(h.Case).CaseName(), Subscriptions: h.Subscriptions,
		State:  state[compliancev1.Hold_State](compliancev1.Hold_State_value, string(h.State)),
		Clause: h.Clause, PlacedTime: wire.ToTime(h.Placed), LiftedTime: wire.ToTime(h.Lifted),
		ProposedBy: h.ProposedBy, ApprovedBy: h.ApprovedBy, Etag: record.Etag(h.Version),
	}
	if o := h.Offer; o != nil {
		out.Offer = &compliancev1.RestorationOffer{
			Fee: wire.ToMoney(o.Fee), AccountCleared: o.AccountCleared,
			DepositComplete: o.DepositComplete, OfferDate: wire.ToDate(o.Date),
		}
		for _, c := range o.Met {
			out.Offer.Met = append(out.Offer.Met, string(c))
		}
	}
	return out
}

func decisionPB(d record.Decision) *compliancev1.Decision {
	out := &compliancev1.Decision{
		Name: d.Name(), Action: string(d.Action), Subject: d.Subject, Hash: d.Hash,
		State:      state[compliancev1.Decision_State](compliancev1.Decision_State_value, string(d.State)),
		ProposedBy: d.ProposedBy, ApprovedBy: d.ApprovedBy, Note: d.Note, ProposeTime: wire.ToTime(d.Proposed),
		DecideTime: wire.ToTime(d.Decided), Citations: wire.ToCitations(d.Citations),
	}
	if d.RejectNote != "" {
		out.Note = d.RejectNote
	}
	return out
}

func assetPB(a record.Asset) *compliancev1.Asset {
	return &compliancev1.Asset{
		Name: a.Name(), Subscription: a.In(a.Subscription).SubscriptionName(), Title: a.Title,
		MarketPrice: wire.ToMoney(a.Price), PriceEvidence: a.Evidence,
		State:         state[compliancev1.Asset_State](compliancev1.Asset_State_value, string(a.State)),
		DeliveredDate: wire.ToDate(a.Delivered), ReturnLastDay: wire.ToDate(a.ReturnLast), ReturnedDate: wire.ToDate(a.Returned),
		Condition: string(a.Condition), DemandDate: wire.ToDate(a.Demand), PaymentLastDay: wire.ToDate(a.PaymentLast),
		Citations: wire.ToCitations(a.Citations), Etag: record.Etag(a.Version),
	}
}

func retentionPB(r record.Retention) *compliancev1.DataRetention {
	return &compliancev1.DataRetention{
		Name:    r.Name(),
		State:   state[compliancev1.DataRetention_State](compliancev1.DataRetention_State_value, string(r.State)),
		LastDay: wire.ToDate(r.LastDay), AllowedFrom: wire.ToDate(r.AllowedFrom), DeletedTime: wire.ToTime(r.Deleted), Tombstone: r.Tombstone,
		LegalHold: r.LegalHold, Citations: wire.ToCitations(r.Citations),
	}
}

func obligationPB(o record.Obligation) *compliancev1.Obligation {
	return &compliancev1.Obligation{
		Name: o.Name(), Service: o.Service, Deadline: o.Deadline, Subject: o.Subject, Kind: o.Kind,
		DueTime: wire.ToTime(o.Due), Clause: o.Clause, Consequence: o.Consequence, Version: o.Version,
		State: state[compliancev1.Obligation_State](compliancev1.Obligation_State_value, string(o.State)),
	}
}

func noticePB(n record.Notice) *compliancev1.Notice {
	return &compliancev1.Notice{
		Name: n.Name(), Kind: n.Kind, Subject: n.About, Contract: n.Contract, Channel: n.Channel,
		NoticeTime: wire.ToTime(n.Given), State: state[compliancev1.Notice_State](compliancev1.Notice_State_value, string(n.State)),
		Title: n.Title, Text: n.Text, Citations: wire.ToCitations(n.Citations),
	}
}

func auditPB(e record.AuditEntry) *compliancev1.AuditEntry {
	return &compliancev1.AuditEntry{
		Name: e.Name(), RecordTime: wire.ToTime(e.Recorded), Actor: e.Actor, Action: e.Action, Subject: e.About,
		Clauses: e.Clauses,
	}
}

// answer turns what a use case made into its message.
func answer[T, M any](v T, err error, to func(T) *M) (*M, error) {
	if err != nil {
		return nil, err
	}
	return to(v), nil
}

// all turns rows into messages.
func all[T, M any](rows []T, to func(T) *M) []*M {
	out := make([]*M, len(rows))
	for i, r := range rows {
		out[i] = to(r)
	}
	return out
}
