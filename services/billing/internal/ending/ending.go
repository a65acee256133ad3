// Package ending merges everything that can end a service into its one end.
package ending

import (
	"cloudpact.dev/services/figures/date"
)

// Causes of an end, in the order in which they win on one day: an order to
// terminate for breach keeps the provider's claims, a notice those of its
// sender, and expiry has none.
const (
	Breach         = "BREACH"
	CustomerNotice = "CUSTOMER_NOTICE"
	ProviderNotice = "PROVIDER_NOTICE"
	Expiry         = "EXPIRY"
	Cancellation   = "CANCELLATION"
)

var order = []string{Breach, CustomerNotice, ProviderNotice, Expiry, Cancellation}

// Candidate is one thing that would end the service.
type Candidate struct {
	// LastDay of service.
	LastDay date.Date
	Cause   string
	// Clause it rests on.
	Clause string
}

// End is the end that stands.
type End struct {
	Candidate
	// Version counts the settings of the end.
	Version int64
}

// Merge gives the end that follows from the candidates, and whether it differs
// from the one that stood. The earliest last day wins. Without a candidate the
// service goes on; when an end stood before, that is a change too.
func Merge(stood End, candidates ...Candidate) (End, bool) {
	best := Candidate{}
	for _, c := range candidates {
		if best.LastDay.IsZero() || wins(c, best) {
			best = c
		}
	}
	if best == stood.Candidate {
		return stood, false
	}
	return End{Candidate: best, Version: stood.Version + 1}, true
}

func wins(a, b Candidate) bool {
	if c := a.LastDay.Compare(b.LastDay); c != 0 {
		return c < 0
	}
	return rank(a.Cause) < rank(b.Cause)
}

func rank(cause string) int {
	for i, c := range order {
		if c == cause {
			return i
		}
	}
	return len(order)
}
