package date

import (
	"time"

	"cloudpact.dev/services/figures/ratio"
)

// MonthRule is the reading of "month" where the target month lacks the day.
type MonthRule string

// The two readings. The zero MonthRule means Clamped.
const (
	// Clamped takes the last day of the target month: 31 January + 1 is 29 February.
	Clamped MonthRule = "CORRESPONDING_DATE_CLAMPED"
	// Roll takes the first day of the month after it: the period includes the
	// last day of the short month. 31 January + 1 is 1 March.
	Roll MonthRule = "ROLL_TO_NEXT_DAY"
)

// OrDefault is r, or Clamped for the zero MonthRule.
func (r MonthRule) OrDefault() MonthRule {
	if r == "" {
		return Clamped
	}
	return r
}

// Valid tells whether r is one of the rules or empty.
func (r MonthRule) Valid() bool {
	r = r.OrDefault()
	return r == Clamped || r == Roll
}

// AddMonths is the n-th anniversary by month of d, always counted from d itself:
// for a run of periods keep the anchor and raise n, do not add to the last
// result. An unknown rule and a year outside 1 to 9999 panic.
func (d Date) AddMonths(n int, r MonthRule) Date {
	if !r.Valid() {
		panic("date: unknown month rule " + string(r))
	}
	if !d.Valid() || n > 12*maxYear || n < -12*maxYear {
		panic("date: month arithmetic outside the years 1 to 9999")
	}
	t := d.Year*12 + int(d.Month) - 1 + n
	if t < minYear*12 {
		panic("date: outside the years 1 to 9999")
	}
	y, m, day := t/12, time.Month(t%12+1), d.Day
	if last := DaysIn(y, m); day > last {
		day = last
		if r == Roll {
			// Only months with at most 30 days get here, so m is never December.
			m, day = m+1, 1
		}
	}
	return New(y, m, day)
}

// WholeMonths is the largest m with anchor.AddMonths(m) <= d. It panics when d
// is before anchor.
func WholeMonths(anchor, d Date, r MonthRule) int {
	if d.Before(anchor) {
		panic("date: " + d.String() + " is before the anchor " + anchor.String())
	}
	m := (d.Year-anchor.Year)*12 + int(d.Month) - int(anchor.Month)
	if anchor.AddMonths(m, r).After(d) {
		m--
	}
	return m
}

// Months is F(anchor, d): the months elapsed as an exact fraction, whole
// anniversary months plus the days of the running month over its length. It is
// additive, so that daily accruals sum to the whole. It panics when d is before
// anchor.
func Months(anchor, d Date, r MonthRule) ratio.Ratio {
	m := WholeMonths(anchor, d, r)
	from := anchor.AddMonths(m, r)
	days := d.Sub(from)
	if days == 0 {
		return ratio.Int(int64(m))
	}
	length := anchor.AddMonths(m+1, r).Sub(from)
	return ratio.Of(int64(m)*int64(length)+int64(days), int64(length))
}

// MonthsBetween is F(anchor, to) - F(anchor, from): the months of [from, to)
// counted along the periods of anchor; negative when to is before from. It
// panics when either is before anchor.
func MonthsBetween(anchor, from, to Date, r MonthRule) ratio.Ratio {
	return Months(anchor, to, r).Sub(Months(anchor, from, r))
}

// Period is the i-th month of a series that begins on anchor, i from 0 (rule
// PER): it includes its first day and ends before the next begins.
func Period(anchor Date, i int, r MonthRule) Span {
	return Span{From: anchor.AddMonths(i, r), To: anchor.AddMonths(i+1, r)}
}

// Month is the calendar month in which d lies.
func Month(d Date) Span { return Period(New(d.Year, d.Month, 1), 0, Clamped) }
