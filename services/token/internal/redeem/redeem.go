// Package redeem decides uses of tokens: which ledger and year bears a use, what
// is left, when a use lies beyond the allotment and at which price, and what
// changes when a lot is cut anew.
//
// Every live use or reservation of a lot has an ordinal; together they are 1 to
// used + reserved, without gaps. What has an ordinal above the allotment is
// overage. So at every instant
//
//	allotment + overage = used + reserved + expired + available
//
// where allotment is what the clause gives, corrections included; used counts
// overage too; expired is what lapsed unused with the lot's end.
package redeem

import (
	"fmt"

	"cloudpact.dev/services/figures/date"
)

// Lot holds the counters of one ledger and contract year.
type Lot struct {
	Ledger string
	Year   int
	// From is the first day, To the first day after it; zero for an open end.
	From, To date.Date
	// Allotment is the cut with its corrections.
	Allotment int
	// Used and Reserved are tokens, overage included.
	Used, Reserved int
	// AfterTerm marks the lot without tokens after the service period.
	AfterTerm bool
	// Lapsed is true once what was left has been recorded as expired.
	Lapsed bool
}

// Demand is what has been asked of the lot.
func (l Lot) Demand() int { return l.Used + l.Reserved }

// Overage is the demand beyond the allotment.
func (l Lot) Overage() int { return max(0, l.Demand()-l.Allotment) }

// Free is what nobody took, still usable or lapsed.
func (l Lot) Free() int { return max(0, l.Allotment-l.Demand()) }

// Ended tells whether the lot's last day is over.
func (l Lot) Ended(today date.Date) bool { return !l.To.IsZero() && !today.Before(l.To) }

// Figures are the lot's figures on a day.
func (l Lot) Figures(today date.Date) Figures {
	f := Figures{Allotment: l.Allotment, Used: l.Used, Reserved: l.Reserved, Overage: l.Overage()}
	if l.Lapsed || l.Ended(today) {
		f.Expired = l.Free()
	} else {
		f.Available = l.Free()
	}
	return f
}

// Booked are the lot's figures as its ledger has recorded them: what is left
// counts as expired from the entry that says so.
func (l Lot) Booked() Figures {
	l.To = date.Date{}
	return l.Figures(date.Date{})
}

// Figures say how a lot stands.
type Figures struct {
	Allotment, Used, Reserved, Expired, Available, Overage int
}

// Check tells whether the figures balance and none is negative.
func (f Figures) Check() error {
	if f.Allotment+f.Overage != f.Used+f.Reserved+f.Expired+f.Available ||
		min(f.Allotment, f.Used, f.Reserved, f.Expired, f.Available, f.Overage) < 0 {
		return fmt.Errorf("the figures do not balance: %+v", f)
	}
	return nil
}

// Plus sums the figures of several lots.
func (f Figures) Plus(g Figures) Figures {
	return Figures{
		f.Allotment + g.Allotment, f.Used + g.Used, f.Reserved + g.Reserved,
		f.Expired + g.Expired, f.Available + g.Available, f.Overage + g.Overage,
	}
}

// Minus is the change from g to f: what a ledger entry records.
func (f Figures) Minus(g Figures) Figures {
	return Figures{
		f.Allotment - g.Allotment, f.Used - g.Used, f.Reserved - g.Reserved,
		f.Expired - g.Expired, f.Available - g.Available, f.Overage - g.Overage,
	}
}

// IsZero tells whether nothing changed.
func (f Figures) IsZero() bool { return f == Figures{} }

// Identity is the charge identity of the n-th use of a ledger and year.
func Identity(ledger string, year, n int) string {
	if ledger == "" {
		ledger = "service"
	}
	return fmt.Sprintf("overage/%s/%d/%d", ledger, year, n)
}

// QuotedIdentity is the charge identity of an operation that takes no token and
// is supplied by quote.
func QuotedIdentity(ledger string, year int, overage string) string {
	if ledger == "" {
		ledger = "service"
	}
	return fmt.Sprintf("overage/%s/%d/%s", ledger, year, overage)
}

// Refusal says why a use is not taken; nothing has changed.
type Refusal struct {
	// Reason is a value of the service's Reason without its prefix.
	Reason string
	// Field is the path of the request's field at fault, if it is one.
	Field string
	// Message says what would be right.
	Message string
}

// Error gives the reason and the message.
func (r *Refusal) Error() string { return r.Reason + ": " + r.Message }

// The reasons of this package.
const (
	ReasonNoToken          = "NO_TOKEN"
	ReasonNoPolicy         = "NO_TOKEN_POLICY"
	ReasonOperationUnknown = "OPERATION_UNKNOWN"
	ReasonNotCommenced     = "NOT_COMMENCED"
	ReasonEnded            = "SUBSCRIPTION_ENDED"
	ReasonSuspended        = "SUBSCRIPTION_SUSPENDED"
	ReasonUnitUnknown      = "UNIT_UNKNOWN"
	ReasonOverageState     = "OVERAGE_STATE"
	ReasonOverageMismatch  = "OVERAGE_MISMATCH"
	ReasonTime             = "TIME_OUT_OF_RANGE"
	ReasonReservation      = "RESERVATION_STATE"
	ReasonCorrectionState  = "CORRECTION_STATE"
	ReasonCorrection       = "CORRECTION_EXCEEDS"
	ReasonField            = "FIELD_INVALID"
)

func refuse(reason, field, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Field: field, Message: fmt.Sprintf(format, args...)}
}
