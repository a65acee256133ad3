package commencement

import (
	"slices"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// window is the time in which a problem blocks commencement. The day that opens
// it is not counted, the last one counts whole.
type window struct {
	from      date.Date
	last      date.Date // unset without a window and while pending
	pending   bool
	notBefore date.Date
	value     explain.Value // the last day
	none      bool
}

func openWindow(t terms.Resolved, rule terms.CommencementRule, b *explain.Builder, from explain.Value) window {
	w := window{from: from.Date(), value: from}
	switch {
	case rule.WindowWorkingDays > 0:
		v, r := b.AddWorkingDays(from, b.Int(int64(rule.WindowWorkingDays)), calendarOf(t))
		w.value = v.Cite(cite(t, rule.Clause, countingReadings(t)...)...).Note("last day of the window for problems")
		w.last, w.pending, w.notBefore = r.Date, r.Pending, r.NotBefore
	case rule.WindowDays > 0:
		w.value = b.AddDays(from, b.Int(int64(rule.WindowDays))).Cite(cite(t, rule.Clause)...).
			Note("last day of the window for problems")
		w.last = w.value.Date()
	default:
		w.none = true
	}
	return w
}

// countingReadings are the readings that decide how working days are counted.
func countingReadings(t terms.Resolved) []string {
	if t.Counting == nil {
		return nil
	}
	_, calendar := t.WorkingDays()
	return []string{calendar, t.Counting.SaturdayIsWorkingDay.Reading, t.Counting.DayZero.Reading}
}

// cite names a clause, where the rule has one.
func cite(t terms.Resolved, clause string, readings ...string) []explain.Citation {
	if clause == "" {
		return nil
	}
	return []explain.Citation{t.Cite(clause, readings...)}
}

// holds tells whether a report falls into the window. While its end is not
// known, a report cannot be late.
func (w window) holds(report date.Date) bool {
	if w.none || report.Before(w.from) {
		return false
	}
	return w.pending || !report.After(w.last)
}

// blocked tells whether a problem stops commencement. A report on the day the
// window opens counts; what was reported before belongs to an earlier attempt.
func (w window) blocked(f Facts) bool { return slices.ContainsFunc(f.Reports, w.holds) }

// state is where commencement stands on a day without a report.
func (w window) state(today date.Date) State {
	if w.pending || (!w.none && !today.After(w.last)) {
		return Provisional
	}
	return Confirmed
}

// tell writes the window into the decision.
func (w window) tell(d *Decision, b *explain.Builder) {
	d.WindowLastDay, d.Pending, d.NotBefore = w.last, w.pending, w.notBefore
	if !w.none {
		d.Window = b.Explanation(w.value)
	}
}

// InWindow tells whether a report falls into the window that the facts open:
// whether it blocks commencement.
func InWindow(t terms.Resolved, f Facts, report date.Date) bool {
	rule, ok := t.Commencement.Rule(f.Kind)
	if !ok || rule.Method == terms.FirstCopy || f.Notice.IsZero() || !f.Agreed.IsZero() {
		return false
	}
	b := explain.New()
	return openWindow(t, rule, b, b.FactDate("commencement#notice_date", f.Notice)).holds(report)
}
