// Package interval is sets of time: outages, exclusions and maintenance windows
// are joined, cut and measured here. Intervals are half-open, so that neighbours
// touch without sharing an instant.
package interval

import (
	"encoding/json"
	"slices"
	"time"
)

// Time is the instants from From up to, and without, To.
type Time struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Empty tells whether no instant lies in i.
func (i Time) Empty() bool { return !i.From.Before(i.To) }

// Duration is the length of i; 0 when empty. Beyond 292 years it stays at that.
func (i Time) Duration() time.Duration {
	if i.Empty() {
		return 0
	}
	return i.To.Sub(i.From)
}

// Contains tells whether t lies in i.
func (i Time) Contains(t time.Time) bool { return !t.Before(i.From) && t.Before(i.To) }

// Intersect is what i and o share; the zero Time when nothing.
func (i Time) Intersect(o Time) Time {
	x := Time{From: i.From, To: i.To}
	if o.From.After(x.From) {
		x.From = o.From
	}
	if o.To.Before(x.To) {
		x.To = o.To
	}
	if x.Empty() {
		return Time{}
	}
	return x
}

// Set is a set of instants, kept as ascending intervals that neither overlap nor
// touch. It is immutable and its zero value is empty.
type Set struct{ all []Time }

// Of is the set of all instants in the given intervals, in any order, overlapping
// or not; empty ones add nothing. Instants are kept in UTC.
func Of(given ...Time) Set {
	all := make([]Time, 0, len(given))
	for _, i := range given {
		if !i.Empty() {
			all = append(all, Time{From: i.From.UTC().Round(0), To: i.To.UTC().Round(0)})
		}
	}
	slices.SortFunc(all, func(a, b Time) int { return a.From.Compare(b.From) })
	return Set{join(all)}
}

// join merges ascending intervals that overlap or touch, in place.
func join(all []Time) []Time {
	out := all[:0]
	for _, i := range all {
		if n := len(out); n > 0 && !i.From.After(out[n-1].To) {
			if i.To.After(out[n-1].To) {
				out[n-1].To = i.To
			}
			continue
		}
		out = append(out, i)
	}
	return out
}

// All is a copy of the intervals, ascending, with gaps between them.
func (s Set) All() []Time { return slices.Clone(s.all) }

// Len is the number of separate intervals.
func (s Set) Len() int { return len(s.all) }

// Empty tells whether the set holds no instant.
func (s Set) Empty() bool { return len(s.all) == 0 }

// Total is the time in the set, each instant once.
func (s Set) Total() time.Duration {
	var t time.Duration
	for _, i := range s.all {
		t += i.Duration()
	}
	return t
}

// Contains tells whether t lies in the set.
func (s Set) Contains(t time.Time) bool {
	n, _ := slices.BinarySearchFunc(s.all, t, func(i Time, t time.Time) int {
		if i.To.After(t) {
			return 1
		}
		return -1
	})
	return n < len(s.all) && s.all[n].Contains(t)
}

// Equal tells whether both sets hold the same instants.
func (s Set) Equal(o Set) bool {
	return slices.EqualFunc(s.all, o.all, func(a, b Time) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) })
}

// Union is what lies in s or in o.
func (s Set) Union(o Set) Set { return Of(slices.Concat(s.all, o.all)...) }

// Intersect is what lies in s and in o.
func (s Set) Intersect(o Set) Set {
	var out []Time
	for i, j := 0, 0; i < len(s.all) && j < len(o.all); {
		if x := s.all[i].Intersect(o.all[j]); !x.Empty() {
			out = append(out, x)
		}
		if s.all[i].To.Before(o.all[j].To) {
			i++
		} else {
			j++
		}
	}
	return Set{out}
}

// Clip is the part of s inside one interval.
func (s Set) Clip(to Time) Set { return s.Intersect(Of(to)) }

// Subtract is what lies in s and not in o.
func (s Set) Subtract(o Set) Set {
	var out []Time
	j := 0
	for _, rest := range s.all {
		for j < len(o.all) && !o.all[j].To.After(rest.From) {
			j++
		}
		for k := j; k < len(o.all) && o.all[k].From.Before(rest.To); k++ {
			if cut := (Time{From: rest.From, To: o.all[k].From}); !cut.Empty() {
				out = append(out, cut)
			}
			rest.From = o.all[k].To
		}
		if !rest.Empty() {
			out = append(out, rest)
		}
	}
	return Set{out}
}

// MarshalJSON is the list of intervals.
func (s Set) MarshalJSON() ([]byte, error) {
	if s.all == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(s.all)
}

// UnmarshalJSON reads a list of intervals, in any order.
func (s *Set) UnmarshalJSON(b []byte) error {
	var all []Time
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*s = Of(all...)
	return nil
}
