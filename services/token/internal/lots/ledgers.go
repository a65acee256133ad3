package lots

import (
	"slices"

	"cloudpact.dev/services/figures/date"
)

// Ledger is whose tokens are counted together: one unit with the units that
// took its place, or the whole service.
type Ledger struct {
	// ID is the first unit's; "" for the service.
	ID string
	// Members are the units that draw on it, in the order of replacement.
	Members []Unit
	// From is the first day, To the first day after the last; zero for none.
	From, To date.Date
}

// Ledgers lists the ledgers of a service. A unit that replaces another goes on
// with its tokens: the text counts per server and year, and a server that is
// exchanged must neither lose tokens nor double them.
func Ledgers(p Policy, f Facts) []Ledger {
	if p.PerService {
		return []Ledger{{Members: f.Units, From: f.Commencement}}
	}
	chains := chains(f.Units)
	out := make([]Ledger, 0, len(chains))
	for _, units := range chains {
		g := Ledger{ID: units[0].ID, Members: units, From: f.Commencement}
		if a := units[0].Added; a.After(g.From) {
			g.From = a
		}
		for _, u := range units {
			if u.Removed.IsZero() {
				g.To = date.Date{}
				break
			}
			g.To = date.Max(g.To, u.Removed.AddDays(1))
		}
		out = append(out, g)
	}
	return out
}

// Index gives the ledger of each unit; for the service's own ledger all are "".
func Index(p Policy, f Facts) map[string]string {
	out := make(map[string]string, len(f.Units))
	for _, g := range Ledgers(p, f) {
		for _, u := range g.Members {
			out[u.ID] = g.ID
		}
	}
	return out
}

// InService tells whether a unit was in service on a day.
func (u Unit) InService(d date.Date) bool {
	return (u.Added.IsZero() || !d.Before(u.Added)) && (u.Removed.IsZero() || !d.After(u.Removed))
}

// chains groups units by replacement, in the order in which the first of each
// was named. A unit whose predecessor is unknown, or that closes a circle,
// starts a chain of its own.
func chains(units []Unit) [][]Unit {
	at := make(map[string]int, len(units)) // unit -> chain
	var out [][]Unit
	left := slices.Clone(units)
	for len(left) > 0 {
		var rest []Unit
		for _, u := range left {
			if u.Replaces == "" || !named(units, u.Replaces) || u.Replaces == u.ID {
				at[u.ID] = len(out)
				out = append(out, []Unit{u})
				continue
			}
			if c, ok := at[u.Replaces]; ok {
				at[u.ID] = c
				out[c] = append(out[c], u)
				continue
			}
			rest = append(rest, u)
		}
		if len(rest) == len(left) { // a circle: break it where it was named first
			rest[0].Replaces = ""
		}
		left = rest
	}
	return out
}

func named(units []Unit, id string) bool {
	return slices.ContainsFunc(units, func(u Unit) bool { return u.ID == id })
}
