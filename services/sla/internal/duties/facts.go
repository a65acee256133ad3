package duties

import (
	"slices"
	"time"

	"cloudpact.dev/services/terms"
)

// Crossing is a store's passing of a threshold, as it was measured.
type Crossing struct {
	At time.Time
	// Percent is 100 for a full store, less where it is below that again.
	Percent int
	// Notified where the customer was warned before it was full.
	Notified bool
}

// Full is a time in which a store was full; To is zero while it is.
type Full struct{ From, To time.Time }

// Capacity tells when the customer let its store run full although it had been
// warned, and under which duty; false where the service has no such duty. Where
// the warning is a condition, a store that ran full without one is no breach.
func (r Rules) Capacity(crossings []Crossing) (terms.Duty, []Full, bool) {
	i := slices.IndexFunc(r.duties, func(d terms.Duty) bool { return d.Duty == beforeFull })
	if i < 0 {
		return terms.Duty{}, nil, false
	}
	d := r.duties[i]
	conditional := slices.Contains(d.Readings, noticeIsRequired) && r.terms.Bool(noticeIsRequired)
	all := slices.Clone(crossings)
	slices.SortStableFunc(all, func(a, b Crossing) int { return a.At.Compare(b.At) })
	var out []Full
	open := false
	for _, c := range all {
		switch {
		case c.Percent >= 100 && !open && (c.Notified || !conditional):
			out, open = append(out, Full{From: c.At}), true
		case c.Percent < 100 && open:
			out[len(out)-1].To, open = c.At, false
		}
	}
	out = slices.DeleteFunc(out, func(f Full) bool { return !f.To.IsZero() && !f.From.Before(f.To) })
	return d, out, true
}

// Reply is the duty to answer the message on a failed run, and the last instant
// at which an answer still counts as prompt; false where there is no such duty.
// The hours are the operator's: what follows is a reminder, and a breach only
// where a person records it.
func (r Rules) Reply(failureType string, mailed time.Time) (terms.Duty, time.Time, bool) {
	for _, d := range r.duties {
		if hours := r.terms.Number(d.ReplyHours); d.Duty == answerMail && hours > 0 && d.Covers(failureType) {
			return d, edge{at: mailed, hours: hours}.time(), true
		}
	}
	return terms.Duty{}, time.Time{}, false
}
