package transport

import (
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/compliance/internal/record"
)

// state is the enum value of a word: the wire's names are the domain's words
// behind a prefix.
func state[E ~int32](values map[string]int32, word string) E { return E(values["STATE_"+word]) }

func casePB(c record.Case) *compliancev1.Case {
	out := &compliancev1.Case{
		Name: c.Name(), Kind: c.Kind, Subscriptions: c.Subscriptions,
		State:      state[compliancev1.Case_State](compliancev1.Case_State_value, string(c.State)),
		OpenedDate: datePB(c.Opened), DemandDate: datePB(c.Demand), CureDays: int32(c.CureDays), CureLastDay: datePB(c.CureLastDay),
		Citations: citationsPB(c.Citations), Explanation: explanationPB(c.Explanation), Etag: record.Etag(c.Version),
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
		Clause: h.Clause, PlacedTime: timePB(h.Placed), LiftedTime: timePB(h.Lifted),
		ProposedBy: h.ProposedBy, ApprovedBy: h.ApprovedBy, Etag: record.Etag(h.Version),
	}
	if o := h.Offer; o != nil {
		out.Offer = &compliancev1.RestorationOffer{
			Fee: moneyPB(o.Fee), AccountCleared: o.AccountCleared,
			DepositComplete: o.DepositComplete, OfferDate: datePB(o.Date),
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
		ProposedBy: d.ProposedBy, ApprovedBy: d.ApprovedBy, Note: d.Note, ProposeTime: timePB(d.Proposed),
		DecideTime: timePB(d.Decided), Citations: citationsPB(d.Citations),
	}
	if d.RejectNote != "" {
		out.Note = d.RejectNote
	}
	return out
}

func assetPB(a record.Asset) *compliancev1.Asset {
	return &compliancev1.Asset{
		Name: a.Name(), Subscription: a.In(a.Subscription).SubscriptionName(), Title: a.Title,
		MarketPrice: moneyPB(a.Price), PriceEvidence: a.Evidence,
		State:         state[compliancev1.Asset_State](compliancev1.Asset_State_value, string(a.State)),
		DeliveredDate: datePB(a.Delivered), ReturnLastDay: datePB(a.ReturnLast), ReturnedDate: datePB(a.Returned),
		Condition: string(a.Condition), DemandDate: datePB(a.Demand), PaymentLastDay: datePB(a.PaymentLast),
		Citations: citationsPB(a.Citations), Etag: record.Etag(a.Version),
	}
}

func retentionPB(r record.Retention) *compliancev1.DataRetention {
	return &compliancev1.DataRetention{
		Name:    r.Name(),
		State:   state[compliancev1.DataRetention_State](compliancev1.DataRetention_State_value, string(r.State)),
		LastDay: datePB(r.LastDay), AllowedFrom: datePB(r.AllowedFrom), DeletedTime: timePB(r.Deleted), Tombstone: r.Tombstone,
		LegalHold: r.LegalHold, Citations: citationsPB(r.Citations),
	}
}

func obligationPB(o record.Obligation) *compliancev1.Obligation {
	return &compliancev1.Obligation{
		Name: o.Name(), Service: o.Service, Deadline: o.Deadline, Subject: o.Subject, Kind: o.Kind,
		DueTime: timePB(o.Due), Clause: o.Clause, Consequence: o.Consequence, Version: o.Version,
		State: state[compliancev1.Obligation_State](compliancev1.Obligation_State_value, string(o.State)),
	}
}

func noticePB(n record.Notice) *compliancev1.Notice {
	return &compliancev1.Notice{
		Name: n.Name(), Kind: n.Kind, Subject: n.About, Contract: n.Contract, Channel: n.Channel,
		NoticeTime: timePB(n.Given), State: state[compliancev1.Notice_State](compliancev1.Notice_State_value, string(n.State)),
		Title: n.Title, Text: n.Text, Citations: citationsPB(n.Citations),
	}
}

func auditPB(e record.AuditEntry) *compliancev1.AuditEntry {
	return &compliancev1.AuditEntry{
		Name: e.Name(), RecordTime: timePB(e.Recorded), Actor: e.Actor, Action: e.Action, Subject: e.About,
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
