package transport

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
)

// EncodeChange is the feed's encoder: the change's body becomes the field of
// compliance.v1.Change that bears its type's name.
func EncodeChange(d commit.Draft) (string, []byte, error) {
	m := bodyPB(d.Body)
	if m == nil {
		return "", nil, fmt.Errorf("compliance's feed cannot hold %T", d.Body)
	}
	return feed.Encode(&compliancev1.Change{}, d.Type, m)
}

func bodyPB(body any) proto.Message {
	switch f := body.(type) {
	case commit.Deadline:
		return feed.DeadlineBody(f)
	case facts.CaseOpened:
		return &compliancev1.CaseOpened{Contract: f.Contract, Case: f.Case, Kind: f.Kind, Account: f.Account, OpenedDate: wire.ToDate(f.Opened)}
	case facts.CureDemanded:
		return &compliancev1.CureDemanded{Contract: f.Contract, Case: f.Case, DemandDate: wire.ToDate(f.Demand), CureLastDay: wire.ToDate(f.LastDay)}
	case facts.CaseCured:
		return &compliancev1.CaseCured{Contract: f.Contract, Case: f.Case, CuredDate: wire.ToDate(f.Cured)}
	case facts.RemedyAvailable:
		return &compliancev1.RemedyAvailable{Contract: f.Contract, Case: f.Case, FromDate: wire.ToDate(f.From), Ground: f.Ground}
	case facts.CaseClosed:
		return &compliancev1.CaseClosed{Contract: f.Contract, Case: f.Case}
	case facts.HoldPlaced:
		return &compliancev1.HoldPlaced{Contract: f.Contract, Hold: f.Hold, Subscriptions: f.Subscriptions, PlacedTime: wire.ToTime(f.Placed), Clause: f.Clause}
	case facts.RestorationOffered:
		return &compliancev1.RestorationOffered{Contract: f.Contract, Hold: f.Hold, Account: f.Account, Fee: wire.ToMoney(f.Fee), OfferDate: wire.ToDate(f.Offered)}
	case facts.HoldLifted:
		return &compliancev1.HoldLifted{Contract: f.Contract, Hold: f.Hold, Subscriptions: f.Subscriptions, LiftedTime: wire.ToTime(f.Lifted)}
	case facts.TerminationOrdered:
		return &compliancev1.TerminationOrdered{Contract: f.Contract, Decision: f.Decision, Subscriptions: f.Subscriptions, LastDay: wire.ToDate(f.LastDay), Clause: f.Clause}
	}
	return paperPB(body)
}

func paperPB(body any) proto.Message {
	switch f := body.(type) {
	case facts.AssetCustodyChanged:
		return &compliancev1.AssetCustodyChanged{
			Contract: f.Contract, Asset: f.Asset, Subscription: f.Subscription, State: f.State,
			ChangeDate: wire.ToDate(f.Changed), ReturnLastDay: wire.ToDate(f.ReturnLastDay),
		}
	case facts.ReplacementDemanded:
		return &compliancev1.ReplacementDemanded{
			Contract: f.Contract, Asset: f.Asset, Subscription: f.Subscription, Price: wire.ToMoney(f.Price),
			DemandDate: wire.ToDate(f.Demand), PaymentLastDay: wire.ToDate(f.LastDay), Clause: f.Clause,
		}
	case facts.ReplacementWithdrawn:
		return &compliancev1.ReplacementWithdrawn{Contract: f.Contract, Asset: f.Asset, Subscription: f.Subscription}
	case facts.DataDeletionAllowed:
		return &compliancev1.DataDeletionAllowed{Contract: f.Contract, Subscription: f.Subscription, FromDate: wire.ToDate(f.From)}
	case facts.DataDeleted:
		return &compliancev1.DataDeleted{Contract: f.Contract, Subscription: f.Subscription, DeletedTime: wire.ToTime(f.Deleted), Tombstone: f.Tombstone}
	case facts.NoticeGiven:
		return &compliancev1.NoticeGiven{Contract: f.Contract, Notice: f.Notice, Kind: f.Kind, Subject: f.About}
	case facts.DecisionMade:
		return &compliancev1.DecisionMade{Contract: f.Contract, Decision: f.Decision, Action: f.Action, State: f.State}
	}
	return nil
}
