package calendar

import "cloudpact.dev/services/figures/date"

// AddWorkingDays is the n-th working day after d (rule WD0: d itself is not
// counted); n = 0 is d. A negative n counts back from d. When the way leads
// through days that are not published the result is pending.
func (c Calendar) AddWorkingDays(d date.Date, n int) Result {
	if n < 0 {
		return c.back(d, -n)
	}
	pending := false
	for n > 0 {
		d = d.AddDays(1)
		if c.counts(d, &pending) {
			n--
		}
	}
	return result(d, pending)
}

// NextWorkingDay is d when d is a working day, otherwise the first one after it.
func (c Calendar) NextWorkingDay(d date.Date) Result {
	pending := false
	for !c.counts(d, &pending) {
		d = d.AddDays(1)
	}
	return result(d, pending)
}

// counts tells whether d is a working day. Of an unpublished day it assumes
// what makes the result earliest, and sets pending.
func (c Calendar) counts(d date.Date, pending *bool) bool {
	working, published := c.IsWorking(d)
	if !published {
		*pending = true
		return c.mayWork(d)
	}
	return working
}

func result(d date.Date, pending bool) Result {
	if pending {
		return Result{Pending: true, NotBefore: d}
	}
	return Result{Date: d}
}

// back counts n working days before d. The earliest possible day is found by
// taking every unpublished day as a day of rest, so it is unknown when the way
// leads before the first published day.
func (c Calendar) back(d date.Date, n int) Result {
	pending := false
	if c.published.Empty() {
		return Result{Pending: true}
	}
	if d.After(c.published.To) {
		d, pending = c.published.To, true
	}
	for n > 0 {
		d = d.AddDays(-1)
		working, published := c.IsWorking(d)
		if !published {
			return Result{Pending: true}
		}
		if working {
			n--
		}
	}
	return result(d, pending)
}

// WorkingDays is the number of working days in s; false when s reaches outside
// the published range, and the number is then only a count of the published part.
func (c Calendar) WorkingDays(s date.Span) (n int, published bool) {
	known := s.Intersect(c.published)
	for d := known.From; d.Before(known.To); d = d.AddDays(1) {
		if working, _ := c.IsWorking(d); working {
			n++
		}
	}
	return n, known.Days() == s.Days()
}
