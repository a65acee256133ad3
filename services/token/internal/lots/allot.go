package lots

import (
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
)

// inTerm is token year k, which begins before E: the full number, or its share
// where E cuts the year short and the year is not the first.
func inTerm(p Policy, f Facts, k int, e date.Date) period {
	b := explain.New(p.Allotment()...)
	full := b.FactInt("tokens", int64(f.Tokens)).In("tokens")
	start := b.FactDate("commencement_date", f.Commencement)
	next := b.AddMonths(start, b.Int(int64(p.Months*(k+1))), p.Month).Note("end of the token year")
	y := period{year: k, span: date.Span{From: yearStart(p, f, k), To: next.Date()}}
	measured := e
	if !p.EarlyEnd && !f.TermEnd.IsZero() {
		measured = f.TermEnd
	}
	if !e.IsZero() && e.Before(y.span.To) {
		y.span.To = e
	}
	short := !measured.IsZero() && measured.Before(next.Date())
	if !short || (k == 0 && !p.ProrateFirst) || (!p.EarlyEnd && f.TermEnd.IsZero()) {
		note := "a full token year"
		if short {
			note = "the first year is not prorated"
		}
		v := full.Note(note)
		y.tokens, y.why = count(v), b.Explanation(v)
		return y
	}
	end := b.FactDate(endName(f, measured), measured)
	year := b.AddMonths(start, b.Int(int64(p.Months*k)), p.Month).Note("start of the token year")
	share := b.Div(b.Months(start, year, end, p.Month), b.Int(int64(p.Months)).In("months"))
	if p.Measure == days365 {
		share = b.Div(b.Days(year, end), b.Int(365).In("days"))
	}
	exact := b.Mul(full, share.Note("share of the token year")).In("tokens")
	v := b.Round(exact, 0, p.Rounding).Cite(p.Proration()...)
	y.tokens, y.prorated, y.why = count(v), true, b.Explanation(v)
	return y
}

// endName tells which of the two ends cut the year short.
func endName(f Facts, e date.Date) string {
	if e == f.TermEnd {
		return "service_period_end"
	}
	return "day_after_last_day"
}

// afterTerm is the time from the end of the service period on: no tokens.
func afterTerm(p Policy, f Facts, year int, e date.Date) period {
	b := explain.New(p.AfterTerm()...)
	v := b.Int(0).In("tokens").Note("after the service period there are no tokens")
	y := period{year: year, span: date.Span{From: e}, afterTerm: true, why: b.Explanation(v)}
	if !f.End.IsZero() {
		y.span.To = f.End
	}
	return y
}

// count is a rounded number of tokens, never below 0.
func count(v explain.Value) int {
	n := v.Ratio().RoundInt(ratio.Floor)
	return int(max(n, 0))
}
