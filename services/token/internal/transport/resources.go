package transport

import (
	"strconv"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// lotID is the id of a lot: its unit, or "service", and its year.
func lotID(s store.Sub, ledger string, year int) string {
	id := ledger + "-y" + strconv.Itoa(year)
	if ledger == "" {
		id = "service-y" + strconv.Itoa(year)
	}
	if !resource.ValidID(id) {
		return resource.ID("lot", s.Name(), ledger, strconv.Itoa(year))
	}
	return id
}

func lotNameOf(s store.Sub, ledger string, year int) string {
	return s.Name() + "/lots/" + lotID(s, ledger, year)
}

func toLot(l app.Lot) *tokenv1.Lot {
	state := tokenv1.Lot_STATE_OPEN
	switch {
	case l.Over:
		state = tokenv1.Lot_STATE_EXPIRED
	case l.Provisional:
		state = tokenv1.Lot_STATE_PROVISIONAL
	}
	f := l.Figures
	return &tokenv1.Lot{
		Name: lotNameOf(l.Sub, l.Ledger, l.Year), Unit: l.Ledger, Year: int32(l.Year), StartDate: wire.ToDate(l.From), EndDate: wire.ToDate(l.To),
		Allotment: int32(f.Allotment), Used: int32(f.Used), Reserved: int32(f.Reserved), Expired: int32(f.Expired),
		Available: int32(f.Available), Overage: int32(f.Overage), State: state, Citations: wire.ToCitations(l.Citations),
		Explanation: toExplanation(l.Explanation), Version: l.Cuts,
	}
}

func toRedemption(u app.UseAnswer) *tokenv1.Redemption {
	r := u.Redemption
	name := r.Sub.Name()
	out := &tokenv1.Redemption{
		Name: name + "/redemptions/" + r.ID, Operation: r.Operation, Unit: r.Ledger, Units: r.Units, Year: int32(r.Bears),
		Ordinal: int32(r.Ordinal), Tokens: int32(r.Tokens), RequestedTime: wire.ToTime(r.Requested), CompletedTime: wire.ToTime(r.Completed),
		State: tokenv1.Redemption_State(r.State), Remaining: int32(r.Remaining), Citations: wire.ToCitations(u.Citations), RequestId: r.RequestID,
	}
	if r.Overage != "" {
		out.Overage = name + "/overages/" + r.Overage
	}
	if r.Reservation != "" {
		out.Reservation = name + "/reservations/" + r.Reservation
	}
	return out
}

func toReservation(h app.Held) *tokenv1.Reservation {
	name := h.Sub.Name()
	out := &tokenv1.Reservation{
		Name: name + "/reservations/" + h.ID, Operation: h.Operation, Unit: h.Ledger, Year: int32(h.Year),
		State:       tokenv1.Reservation_State(tokenv1.Reservation_State_value["STATE_"+h.State]),
		ReserveTime: wire.ToTime(h.Reserved), ExpireTime: wire.ToTime(h.Expires), Citations: wire.ToCitations(h.Citations), Etag: app.Etag(h.Version),
	}
	if len(h.Units) > 0 {
		out.SubjectUnit = h.Units[0]
	}
	if h.Overage != "" {
		out.Overage = name + "/overages/" + h.Overage
	}
	return out
}

func toOverage(o app.Beyond) *tokenv1.Overage {
	return &tokenv1.Overage{
		Name: o.Sub.Name() + "/overages/" + o.ID, Identity: o.Identity, Operation: o.Operation, Unit: o.Ledger, Year: int32(o.Year),
		Ordinal: int32(o.Ordinal), Price: toMoney(o.Price), State: tokenv1.Overage_State(tokenv1.Overage_State_value["STATE_"+o.State]),
		QuoteDate: wire.ToDate(o.Quoted), AgreedDate: wire.ToDate(o.Agreed), AgreedBy: o.AgreedBy, Retroactive: o.Retroactive,
		Citations: wire.ToCitations(o.Citations), Etag: app.Etag(o.Version),
	}
}

func toBalance(b app.Balance) *tokenv1.Balance {
	f := b.Figures
	return &tokenv1.Balance{
		Subscription: b.Sub.Name(), Unit: b.Ledger, Year: int32(b.Year), Allotment: int32(f.Allotment), Used: int32(f.Used),
		Reserved: int32(f.Reserved), Expired: int32(f.Expired), Available: int32(f.Available), Overage: int32(f.Overage),
		StartDate: wire.ToDate(b.From), EndDate: wire.ToDate(b.To), AsOf: wire.ToTime(b.AsOf), Suspended: b.Suspended,
	}
}

func toEntry(l app.Line) *tokenv1.Entry {
	p := l.Place()
	out := &tokenv1.Entry{
		Name: l.Sub.Name() + "/entries/" + resource.ID("entry", l.Sub.Name(), strconv.FormatInt(p.Recorded, 10), l.Ledger, strconv.Itoa(l.Year), strconv.FormatInt(l.Seq, 10)),
		Unit: l.Ledger, Year: int32(l.Year), Kind: tokenv1.Entry_Kind(l.Kind), Tokens: int32(l.Delta.Available), Operation: l.Operation,
		EffectiveTime: wire.ToTime(l.Effective), RecordTime: wire.ToTime(l.Recorded), Citations: wire.ToCitations(l.Citations), Note: note(l),
	}
	if l.Operation != "" || l.Kind == store.Reserve || l.Kind == store.Release || l.Kind == store.Correction {
		out.Cause = l.Sub.Name() + "/" + l.Cause
	}
	return out
}

// note says in words what a line did.
func note(l app.Line) string {
	d := l.Delta
	switch {
	case l.Kind == store.Use && d.Overage > 0:
		return "beyond the allotment"
	case l.Kind == store.Use && d.Expired < 0:
		return "asked for in a year that is over: a lapsed token was used after all"
	case l.Kind == store.Use && d.IsZero():
		return "takes no token"
	case l.Kind == store.Cut && d.Overage > 0:
		return strconv.Itoa(d.Overage) + " tokens of use became overage"
	case l.Kind == store.Cut && d.Overage < 0:
		return strconv.Itoa(-d.Overage) + " tokens of use ceased to be overage"
	}
	return ""
}

func toCorrection(c store.Correct) *tokenv1.Correction {
	out := &tokenv1.Correction{
		Name: c.Sub.Name() + "/corrections/" + c.ID, Unit: c.Ledger, Year: int32(c.Year), Tokens: int32(c.Tokens), Note: c.Note,
		State:      tokenv1.Correction_State(tokenv1.Correction_State_value["STATE_"+c.State]),
		ProposedBy: c.ProposedBy, ApprovedBy: c.ApprovedBy, Etag: app.Etag(c.Version),
	}
	if c.Redemption != "" {
		out.Redemption = c.Sub.Name() + "/redemptions/" + c.Redemption
	}
	return out
}

func toStorage(s store.Storage) *tokenv1.SnapshotStore {
	return &tokenv1.SnapshotStore{
		Name: s.Sub.Name() + "/snapshotStore", UsedBytes: s.Used, CapacityBytes: s.Capacity, ReportTime: wire.ToTime(s.Reported),
		Warned: !s.Warned.IsZero(), WarnedTime: wire.ToTime(s.Warned), Full: s.Full, Consequence: app.Consequence(s),
	}
}
