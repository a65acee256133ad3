// Package forecast says when tokens run out at the pace at which they were used
// so far. It is a hint for people and decides nothing.
package forecast

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
)

// Pace is what a forecast rests on.
type Pace struct {
	// Start of the lot, today, and the first day after the lot; zero for an open
	// end.
	Start, Today, End date.Date
	// Used so far, overage included, and what is left.
	Used, Available int
}

// RunsOut is the day on which the last token goes at the pace so far; unset
// where the tokens last to the end, or nothing was used yet.
func RunsOut(p Pace, cites ...explain.Citation) (date.Date, explain.Explanation) {
	b := explain.New(cites...)
	left := b.FactInt("available", int64(p.Available)).In("tokens")
	today := b.FactDate("today", p.Today)
	if p.Available == 0 {
		v := today.Note("nothing is left")
		return p.Today, b.Explanation(v)
	}
	if p.Used == 0 {
		return date.Date{}, b.Explanation(left.Note("nothing was used yet"))
	}
	used := b.FactInt("used", int64(p.Used)).In("tokens")
	days := b.Add(b.Days(b.FactDate("start_date", p.Start), today), b.Int(1)).Note("days so far, today included")
	wait := b.Round(b.Div(b.Mul(left, days), used).In("days"), 0, ratio.Floor).Note("days that the rest lasts at this pace")
	const far = 100_000
	if wait.Ratio().Cmp(ratio.Int(far)) > 0 {
		return date.Date{}, b.Explanation(wait)
	}
	out := b.AddDays(today, wait)
	if d := out.Date(); p.End.IsZero() || d.Before(p.End) {
		return d, b.Explanation(out)
	}
	return date.Date{}, b.Explanation(out.Note("after the end of the year: the tokens last"))
}
