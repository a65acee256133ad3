// Package calendar says which days are working days. A calendar is a versioned
// table with a published range; beyond that range it gives no answer, only the
// earliest day that the answer can be.
package calendar

import (
	"slices"
	"strings"
	"time"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/date"
)

// Spec is a calendar as data.
type Spec struct {
	ID        string         `json:"id"`        // for example "HK"
	Version   string         `json:"version"`   // for example "HK-2026.1"
	Published date.Span      `json:"published"` // the days that the table covers
	Weekend   []time.Weekday `json:"weekend"`   // days of rest in every week
	Off       []date.Date    `json:"off"`       // holidays
	On        []date.Date    `json:"on"`        // make-up working days: they work although weekend
}

// Calendar answers from a table. It is immutable; the zero value has published
// nothing.
type Calendar struct {
	ID, Version string

	published date.Span
	working   []uint64 // one bit a day from published.From
	spec      *Spec    // nil for a combination
	parts     []Calendar
}

// Result is the answer to a question for a working day.
type Result struct {
	Date      date.Date `json:"date,omitzero"`      // the day; unset when pending
	Pending   bool      `json:"pending,omitempty"`  // the table does not reach far enough yet
	NotBefore date.Date `json:"notBefore,omitzero"` // when pending: the earliest day it can be, unset when unknown
}

// New builds a calendar from its data.
func New(s Spec) (Calendar, error) {
	if err := check(s); err != nil {
		return Calendar{}, err
	}
	return build(s), nil
}

// build sets a bit for every working day of a checked table.
func build(s Spec) Calendar {
	c := Calendar{ID: s.ID, Version: s.Version, published: s.Published, spec: &s}
	days := s.Published.Days()
	c.working = make([]uint64, (days+63)/64)
	first := int(s.Published.From.Weekday())
	for i := range days {
		if !slices.Contains(s.Weekend, time.Weekday((first+i)%7)) {
			c.working[i/64] |= 1 << (i % 64)
		}
	}
	for _, d := range s.Off {
		i := d.Sub(s.Published.From)
		c.working[i/64] &^= 1 << (i % 64)
	}
	for _, d := range s.On {
		i := d.Sub(s.Published.From)
		c.working[i/64] |= 1 << (i % 64)
	}
	return c
}

func check(s Spec) error {
	switch {
	case s.ID == "" || strings.ContainsAny(s.ID, ";&"):
		return figures.Refuse("BAD_CALENDAR", s.ID, "give an id without ';' and '&'")
	case s.Version == "":
		return figures.Refuse("BAD_CALENDAR", s.ID, "give a version")
	case !s.Published.From.Valid() || !s.Published.To.Valid() || s.Published.Empty():
		return figures.Refuse("BAD_CALENDAR", s.Published.String(), "give the first published day and the day after the last")
	case len(weekendSet(s.Weekend)) > 6:
		return figures.Refuse("BAD_CALENDAR", s.ID, "leave at least one working day in a week")
	}
	seen := map[date.Date]bool{}
	for _, d := range slices.Concat(s.Off, s.On) {
		if !s.Published.Contains(d) || seen[d] {
			return figures.Refuse("BAD_CALENDAR", d.String(), "list each day once, inside the published range")
		}
		seen[d] = true
	}
	return nil
}

// weekendSet is w sorted and without repetitions.
func weekendSet(w []time.Weekday) []time.Weekday {
	w = slices.Clone(w)
	slices.Sort(w)
	return slices.Compact(w)
}

// Both is the calendar of the days that work in a and in b.
func Both(a, b Calendar) Calendar {
	c := Calendar{
		ID:        a.ID + "&" + b.ID,
		Version:   a.Version + "+" + b.Version,
		published: a.published.Intersect(b.published),
		parts:     []Calendar{a, b},
	}
	if c.ID == "HK&PRC" {
		c.ID = "BOTH"
	}
	return c
}

// WithWeekend is the same calendar with other days of rest; no day at all is
// allowed. Its id tells the difference, for example "HK;weekend=Sun".
func (c Calendar) WithWeekend(w ...time.Weekday) Calendar {
	return c.vary(func(s *Spec) {
		if w = weekendSet(w); slices.Equal(w, weekendSet(s.Weekend)) {
			return
		}
		if len(w) > 6 {
			panic("calendar: a week without any working day")
		}
		s.Weekend = w
		s.ID += ";weekend=" + weekendName(w)
	})
}

func weekendName(w []time.Weekday) string {
	if len(w) == 0 {
		return "none"
	}
	names := make([]string, len(w))
	for i, d := range w {
		names[i] = d.String()[:3]
	}
	return strings.Join(names, "+")
}

// WithoutMakeUp is the same calendar without its make-up working days, the
// plain "Monday to Friday except holidays". Its id ends with ";makeup=off".
func (c Calendar) WithoutMakeUp() Calendar {
	return c.vary(func(s *Spec) {
		if len(s.On) > 0 {
			s.On = nil
			s.ID += ";makeup=off"
		}
	})
}

func (c Calendar) vary(change func(*Spec)) Calendar {
	if c.parts != nil {
		return Both(c.parts[0].vary(change), c.parts[1].vary(change))
	}
	if c.spec == nil {
		return c
	}
	s := *c.spec
	change(&s)
	return build(s)
}

// Published is the range of days that the calendar covers.
func (c Calendar) Published() date.Span { return c.published }

// Spec is the calendar as data; false for a combination and for the zero value.
func (c Calendar) Spec() (Spec, bool) {
	if c.spec == nil {
		return Spec{}, false
	}
	s := *c.spec
	s.Weekend, s.Off, s.On = slices.Clone(s.Weekend), slices.Clone(s.Off), slices.Clone(s.On)
	return s, true
}

// IsWorking tells whether d is a working day, and whether the calendar covers d
// at all; what it does not cover is never called working.
func (c Calendar) IsWorking(d date.Date) (working, published bool) {
	if !c.published.Contains(d) {
		return false, false
	}
	if c.parts != nil {
		a, _ := c.parts[0].IsWorking(d)
		b, _ := c.parts[1].IsWorking(d)
		return a && b, true
	}
	i := d.Sub(c.published.From)
	return c.working[i/64]&(1<<(i%64)) != 0, true
}

// mayWork tells whether an unpublished day can turn out to be a working day. A
// weekend can, where make-up working days exist.
func (c Calendar) mayWork(d date.Date) bool {
	if c.parts != nil {
		return c.parts[0].mayWork(d) && c.parts[1].mayWork(d)
	}
	return c.spec == nil || len(c.spec.On) > 0 || !slices.Contains(c.spec.Weekend, d.Weekday())
}
