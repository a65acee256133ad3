// Package custody follows hardware and software in the customer's hands: until
// when it is returned, what loss and failure to return cost, and when a late
// return takes the price away. It computes days; billing charges the price.
package custody

import (
	"errors"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// State is where an asset stands.
type State string

// The states.
const (
	Registered    State = "REGISTERED"
	InCustody     State = "IN_CUSTODY"
	ReturnDue     State = "RETURN_DUE"
	ReturnOverdue State = "RETURN_OVERDUE"
	Demanded      State = "DEMANDED"
	Returned      State = "RETURNED"
	Lost          State = "LOST"
)

// With tells whether the asset is in the customer's hands.
func (s State) With() bool {
	return s == InCustody || s == ReturnDue || s == ReturnOverdue || s == Demanded
}

// Condition of an asset on receipt.
type Condition string

// The conditions.
const (
	OK         Condition = "OK"
	Damaged    Condition = "DAMAGED"
	Incomplete Condition = "INCOMPLETE"
)

// Use is a service that an asset serves.
type Use struct {
	// LastDay of the service; unset while it runs.
	LastDay date.Date
	// Expired: the order ended it by itself.
	Expired bool
}

// Return is the time limit for returning an asset.
type Return struct {
	// StopFrom is the day after the last day of service: use stops.
	StopFrom date.Date
	// LastDay to return it, counted whole.
	LastDay date.Date
	// OverdueFrom is the first late day.
	OverdueFrom date.Date
	Explanation explain.Explanation
}

// Due computes until when an asset is returned. It is false while a service that
// it serves runs, and where the terms ask for no return.
func Due(t terms.Resolved, asset string, uses ...Use) (Return, bool) {
	c := t.Custody
	if c == nil || c.ReturnClause == "" || len(uses) == 0 {
		return Return{}, false
	}
	b := explain.New(t.Cite(c.ReturnClause, c.ReturnTest.Reading, c.ReturnOnExpiry.Reading, dayZero(t)))
	ends := make([]explain.Value, len(uses))
	owed := false
	for i, u := range uses {
		if u.LastDay.IsZero() {
			return Return{}, false
		}
		ends[i] = b.FactDate(asset+"#last_day_of_service", u.LastDay)
		owed = owed || !u.Expired || t.Flag(c.ReturnOnExpiry)
	}
	if !owed {
		return Return{}, false
	}
	last := ends[0]
	if len(ends) > 1 {
		last = b.MaxDate(ends...).Note("a shared asset stays while another service uses it")
	}
	due := b.AddDays(last, b.Int(int64(c.ReturnDays)).In("days")).Note("the last day to return it")
	stop := date.Date{}
	for _, u := range uses {
		stop = date.Max(stop, u.LastDay.AddDays(1))
	}
	return Return{StopFrom: stop, LastDay: due.Date(), OverdueFrom: due.Date().AddDays(1), Explanation: b.Explanation(due)}, true
}

// Stand is where an asset in the customer's hands stands on a day. What was
// demanded, returned or lost stays so.
func Stand(was State, r Return, owed bool, today date.Date) State {
	if was != InCustody && was != ReturnDue && was != ReturnOverdue {
		return was
	}
	switch {
	case !owed || today.Before(r.StopFrom):
		return InCustody
	case today.Before(r.OverdueFrom):
		return ReturnDue
	}
	return ReturnOverdue
}

// Demand is a replacement price that is payable.
type Demand struct {
	Price money.Money
	// Date of the demand and the last day to pay.
	Date, PaymentLastDay date.Date
	Clause               string
	Explanation          explain.Explanation
}

// ErrEvidence refuses a price without evidence where the terms ask for it.
var ErrEvidence = errors.New("the price is determined by the provider, so evidence of it must be on file")

// CheckEvidence returns [ErrEvidence] where the terms ask for evidence of a
// price and none is on file.
func CheckEvidence(t terms.Resolved, evidence string) error {
	if t.Replacement != nil && t.Flag(t.Replacement.EvidenceRequired) && evidence == "" {
		return ErrEvidence
	}
	return nil
}

// ForReturn is the price of an asset that was not returned, demanded on a day.
// It is false where the terms give no such price.
func ForReturn(t terms.Resolved, asset string, price money.Money, on date.Date) (Demand, bool) {
	r := t.Replacement
	if r == nil || r.ReturnClause == "" {
		return Demand{}, false
	}
	b := explain.New(t.Cite(r.ReturnClause, dayZero(t), r.EvidenceRequired.Reading, r.DailyFee.Reading, r.OncePerAsset.Reading))
	return demand(b, asset, price, on, int(r.DemandDays), r.ReturnClause), true
}

// ForLoss is the price of an asset that was lost or damaged, demanded on a day.
// It is false where the terms give no such price.
func ForLoss(t terms.Resolved, asset string, price money.Money, on date.Date) (Demand, bool) {
	r := t.Replacement
	if r == nil || r.LossClause == "" {
		return Demand{}, false
	}
	b := explain.New(t.Cite(r.LossClause, r.LossDays.Reading, r.EvidenceRequired.Reading, r.OncePerAsset.Reading))
	return demand(b, asset, price, on, t.Number(r.LossDays), r.LossClause), true
}

func demand(b *explain.Builder, asset string, price money.Money, on date.Date, days int, clause string) Demand {
	last := b.AddDays(b.FactDate(asset+"#demand_date", on), b.Int(int64(days)).In("days")).Note("the last day to pay the price")
	return Demand{Price: price, Date: on, PaymentLastDay: last.Date(), Clause: clause, Explanation: b.Explanation(last)}
}

// Loss is a report of loss or damage.
type Loss struct {
	// Delivered is the first day of custody, On the day of the loss.
	Delivered, On date.Date
	WearAndTear   bool
	// Charged: the price of the asset was demanded before.
	Charged bool
}

// Chargeable tells whether a loss costs its price: it happened in custody, is
// not fair wear and tear, and the asset was not paid for once already.
func Chargeable(t terms.Resolved, l Loss) bool {
	if l.WearAndTear || l.Delivered.IsZero() || l.On.Before(l.Delivered) {
		return false
	}
	once := t.Replacement != nil && t.Flag(t.Replacement.OncePerAsset)
	return !l.Charged || !once
}

const cancelsUnpaid = "IF_BEFORE_PAYMENT_AND_UNDAMAGED"

// Receipt is an asset's return to the provider.
type Receipt struct {
	On        date.Date
	Condition Condition
	// Demanded: its price was demanded; Paid is the value date that settled it,
	// unset while it is open.
	Demanded bool
	Paid     date.Date
}

// Withdraws tells whether a return takes the demand for the price away.
func Withdraws(t terms.Resolved, r Receipt) bool {
	if !r.Demanded || t.Replacement == nil || !t.Is(t.Replacement.LateReturn, cancelsUnpaid) {
		return false
	}
	return r.Condition == OK && (r.Paid.IsZero() || r.On.Before(r.Paid))
}

// Disconnection judges an emergency disconnection at an instant that the
// customer reported at another: by when the report should come, and whether it
// came later, which people then judge.
func Disconnection(t terms.Resolved, at, reported time.Time) (remindAt time.Time, late bool) {
	if t.Custody == nil {
		return time.Time{}, false
	}
	remindAt = at.Add(time.Duration(t.Number(t.Custody.EmergencyNoticeHours)) * time.Hour)
	return remindAt, reported.After(remindAt)
}

func dayZero(t terms.Resolved) string {
	if t.Counting == nil {
		return ""
	}
	return t.Counting.DayZero.Reading
}
