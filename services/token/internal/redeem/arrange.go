package redeem

import (
	"cmp"
	"slices"
)

// Demand is a live use or reservation of a ledger.
type Demand struct {
	// ID names it, of whatever kind.
	ID string
	// Held for a reservation.
	Held bool
	// Tokens that it takes, at least 1.
	Tokens int
	// Year and Ordinal place it.
	Year, Ordinal int
}

// Arrange places the demands of one ledger in the years where they belong and
// closes gaps: what stays in its year keeps its ordinal unless a gap below has
// to be filled, and then the last one moves into it; what comes from another
// year goes behind. The result is in the order of the argument.
func Arrange(demands []Demand, year func(Demand) int) []Demand {
	out := slices.Clone(demands)
	byYear := map[int][]int{}
	for i := range out {
		y := year(demands[i])
		byYear[y] = append(byYear[y], i)
	}
	for y, members := range byYear {
		place(out, demands, members, y)
	}
	return out
}

// place gives the members of one year their ordinals.
func place(out, before []Demand, members []int, year int) {
	slices.SortFunc(members, func(a, b int) int {
		x, y := before[a], before[b]
		return cmp.Or(
			cmp.Compare(stays(y, year), stays(x, year)),
			cmp.Compare(x.Year, y.Year),
			cmp.Compare(x.Ordinal, y.Ordinal),
			cmp.Compare(x.ID, y.ID))
	})
	total, even := 0, true
	for _, m := range members {
		total += before[m].Tokens
		even = even && before[m].Tokens == before[members[0]].Tokens
	}
	if !even { // uneven demands cannot trade places: close up
		sum := 0
		for _, m := range members {
			sum += before[m].Tokens
			out[m].Year, out[m].Ordinal = year, sum
		}
		return
	}
	taken := make(map[int]bool, len(members))
	var moving []int
	for _, m := range members {
		d := before[m]
		if d.Year == year && d.Ordinal <= total && d.Ordinal > 0 && !taken[d.Ordinal] {
			taken[d.Ordinal] = true
			continue
		}
		moving = append(moving, m)
	}
	next := 0
	for _, m := range moving {
		w := before[m].Tokens
		for next += w; taken[next]; next += w {
		}
		out[m].Year, out[m].Ordinal = year, next
	}
}

func stays(d Demand, year int) int {
	if d.Year == year {
		return 1
	}
	return 0
}

// Place is where a demand was, or is.
type Place struct {
	Year, Ordinal int
	// Beyond where that is above the allotment.
	Beyond bool
}

// Move is a demand whose place, or whose standing as overage, changed.
type Move struct {
	Demand Demand // as it is now
	Was    Place
	Now    Place
}

// Became tells that the use became overage, or overage of another identity.
func (m Move) Became() bool { return m.Now.Beyond && (!m.Was.Beyond || m.moved()) }

// Ceased tells that the use is not that overage any more.
func (m Move) Ceased() bool { return m.Was.Beyond && (!m.Now.Beyond || m.moved()) }

func (m Move) moved() bool { return m.Was.Year != m.Now.Year || m.Was.Ordinal != m.Now.Ordinal }

// Moves compares the demands of one ledger before and after a change, with the
// allotment of each year. before and after are in the same order.
func Moves(before, after []Demand, was, now func(year int) int) []Move {
	var out []Move
	for i, a := range after {
		b := before[i]
		m := Move{
			Demand: a,
			Was:    Place{b.Year, b.Ordinal, b.Ordinal > was(b.Year)},
			Now:    Place{a.Year, a.Ordinal, a.Ordinal > now(a.Year)},
		}
		if m.moved() || m.Was.Beyond != m.Now.Beyond {
			out = append(out, m)
		}
	}
	return out
}
