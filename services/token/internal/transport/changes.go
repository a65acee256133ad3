package transport

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// EncodeChange makes the feed's bytes of a draft: a Change without its head.
func EncodeChange(d commit.Draft) (string, []byte, error) {
	c := &tokenv1.Change{}
	if x, ok := d.Body.(commit.Deadline); ok {
		return feed.Encode(c, d.Type, feed.DeadlineBody(x))
	}
	if !encodeLot(c, d) && !encodeUse(c, d) && !encodeOverage(c, d) {
		return "", nil, fmt.Errorf("a change of the type %q with %T", d.Type, d.Body)
	}
	b, err := proto.Marshal(c)
	return d.Type, b, err
}

func encodeLot(c *tokenv1.Change, d commit.Draft) bool {
	switch b := d.Body.(type) {
	case app.LotGranted:
		c.Body = &tokenv1.Change_LotGranted{LotGranted: &tokenv1.LotGranted{
			Subscription: b.Sub.Name(), Lot: lotNameOf(b.Sub, b.Ledger, b.Year),
			Unit: b.Ledger, Year: int32(b.Year), Allotment: int32(b.Allotment), StartDate: wire.ToDate(b.From), EndDate: wire.ToDate(b.To),
			Prorated: b.Prorated, Provisional: b.Provisional,
		}}
	case app.LotCut:
		c.Body = &tokenv1.Change_LotCut{LotCut: &tokenv1.LotCut{
			Subscription: b.Sub.Name(), Lot: lotNameOf(b.Sub, b.Ledger, b.Year),
			Unit: b.Ledger, Year: int32(b.Year), Allotment: int32(b.Allotment), PreviousAllotment: int32(b.Previous),
			StartDate: wire.ToDate(b.From), EndDate: wire.ToDate(b.To),
		}}
	case app.LotExpired:
		c.Body = &tokenv1.Change_LotExpired{LotExpired: &tokenv1.LotExpired{
			Subscription: b.Sub.Name(), Lot: lotNameOf(b.Sub, b.Ledger, b.Year),
			Unit: b.Ledger, Year: int32(b.Year), Tokens: int32(b.Tokens),
		}}
	case app.CorrectionApproved:
		c.Body = &tokenv1.Change_CorrectionApproved{CorrectionApproved: &tokenv1.CorrectionApproved{
			Subscription: b.Sub.Name(),
			Correction:   b.Sub.Name() + "/corrections/" + b.ID, Unit: b.Ledger, Year: int32(b.Year), Tokens: int32(b.Tokens),
		}}
	case app.CapacityCrossed:
		c.Body = &tokenv1.Change_SnapshotCapacityCrossed{SnapshotCapacityCrossed: &tokenv1.SnapshotCapacityCrossed{
			Subscription: b.Sub.Name(),
			Percent:      int32(b.Percent), ReportTime: wire.ToTime(b.Reported), Notified: b.Notified,
		}}
	default:
		return false
	}
	return true
}

func encodeUse(c *tokenv1.Change, d commit.Draft) bool {
	switch b := d.Body.(type) {
	case app.TokenUsed:
		c.Body = &tokenv1.Change_TokenUsed{TokenUsed: tokenUsed(b)}
	case app.TokenReserved:
		r := b.Reservation
		c.Body = &tokenv1.Change_TokenReserved{TokenReserved: &tokenv1.TokenReserved{
			Subscription: r.Sub.Name(), Reservation: reservation(r),
			Unit: r.Ledger, Year: int32(r.Year), Operation: r.Operation,
		}}
	case app.TokenReleased:
		r := b.Reservation
		c.Body = &tokenv1.Change_TokenReleased{TokenReleased: &tokenv1.TokenReleased{
			Subscription: r.Sub.Name(), Reservation: reservation(r),
			Unit: r.Ledger, Year: int32(r.Year),
		}}
	case app.ReservationLapsed:
		r := b.Reservation
		c.Body = &tokenv1.Change_ReservationLapsed{ReservationLapsed: &tokenv1.ReservationLapsed{
			Subscription: r.Sub.Name(),
			Reservation:  reservation(r), Unit: r.Ledger,
		}}
	default:
		return false
	}
	return true
}

func reservation(r store.Reservation) string { return r.Sub.Name() + "/reservations/" + r.ID }

func tokenUsed(b app.TokenUsed) *tokenv1.TokenUsed {
	name := b.Sub.Name()
	first := b.Uses[0]
	out := &tokenv1.TokenUsed{
		Subscription: name, Redemption: name + "/redemptions/" + first.ID, Unit: first.Ledger, Year: int32(first.Year),
		Operation: first.Operation, Tokens: int32(first.Tokens), Remaining: int32(first.Remaining),
	}
	if len(b.Uses) == 1 {
		return out
	}
	out.More = make([]*tokenv1.TokenUse, len(b.Uses)-1)
	for i, r := range b.Uses[1:] {
		out.More[i] = &tokenv1.TokenUse{
			Redemption: name + "/redemptions/" + r.ID, Unit: r.Ledger, Year: int32(r.Year),
			Operation: r.Operation, Tokens: int32(r.Tokens), Remaining: int32(r.Remaining),
		}
	}
	return out
}

func encodeOverage(c *tokenv1.Change, d commit.Draft) bool {
	name := func(s store.Sub, id string) string { return s.Name() + "/overages/" + id }
	switch b := d.Body.(type) {
	case app.OverageQuoted:
		o := b.Overage
		c.Body = &tokenv1.Change_OverageQuoted{OverageQuoted: &tokenv1.OverageQuoted{
			Subscription: o.Sub.Name(), Overage: name(o.Sub, o.ID),
			Unit: o.Ledger, Operation: o.Operation, Price: toMoney(o.Price),
		}}
	case app.OverageAgreed:
		o := b.Overage
		c.Body = &tokenv1.Change_OverageAgreed{OverageAgreed: &tokenv1.OverageAgreed{
			Subscription: o.Sub.Name(), Overage: name(o.Sub, o.ID),
			Unit: o.Ledger, Price: toMoney(o.Price),
		}}
	case app.OverageUsed:
		c.Body = &tokenv1.Change_OverageUsed{OverageUsed: &tokenv1.OverageUsed{
			Subscription: b.Sub.Name(), Overage: name(b.Sub, b.ID),
			Unit: b.Ledger, Year: int32(b.Year), Ordinal: int32(b.Ordinal), Identity: b.Identity, Price: toMoney(b.Price),
			UseDate: wire.ToDate(b.UseDay), Retroactive: b.Retroactive, Clause: b.Clause,
		}}
	case app.OverageWithdrawn:
		c.Body = &tokenv1.Change_OverageWithdrawn{OverageWithdrawn: &tokenv1.OverageWithdrawn{
			Subscription: b.Sub.Name(),
			Overage:      name(b.Sub, b.ID), Identity: b.Identity,
		}}
	default:
		return false
	}
	return true
}
