package cure

import "cloudpact.dev/services/figures/date"

// State is where a case stands.
type State string

// The states of a case.
const (
	// Open: recorded; no demand was sent.
	Open State = "OPEN"
	// Demanded: the time to mend runs.
	Demanded State = "DEMANDED"
	// Cured: mended in time, or before any demand.
	Cured State = "CURED"
	// RemedyAvailable: the provider may suspend or terminate.
	RemedyAvailable State = "REMEDY_AVAILABLE"
	// Suspended: a hold rests on it.
	Suspended State = "SUSPENDED"
	// Terminated: services were terminated on it.
	Terminated State = "TERMINATED"
	// Closed otherwise, for example by waiver.
	Closed State = "CLOSED"
)

// Over tells whether nothing follows from the case any more.
func (s State) Over() bool { return s == Cured || s == Closed || s == Terminated }

// acted tells whether a person has acted on the case; facts that come later do
// not undo that.
func (s State) acted() bool { return s == Suspended || s == Terminated || s == Closed }

// Judge is where a case stands on a day: was is where it stood, p the time to
// mend if it has begun (runs), mended the day on which the breach ended, unset
// while it lasts. What a person has done stands.
//
// A breach that is mended after its time leaves the remedies available: only a
// cure in time takes the ground away.
func Judge(was State, p Period, runs bool, mended, today date.Date) State {
	switch {
	case was.acted():
		return was
	case !runs && mended.IsZero():
		return Open
	case !runs:
		return Cured
	case !p.LastDay.IsZero() && !mended.IsZero() && !mended.After(p.LastDay):
		return Cured
	case !today.Before(p.RemedyFrom):
		return RemedyAvailable
	}
	return Demanded
}

// AfterHold is where a case stands when its hold was lifted: mended, or still a
// ground because rights do not lapse by restoring a service.
func AfterHold(mended date.Date) State {
	if mended.IsZero() {
		return RemedyAvailable
	}
	return Cured
}
