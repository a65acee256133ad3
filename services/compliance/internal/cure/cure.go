// Package cure is the ladder from a breach to the provider's remedies: which
// ground a breach gives, how long the customer has to mend it, from which day
// the provider may suspend or terminate, and which services may be hit.
package cure

import (
	"fmt"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// What starts the time to mend, as the terms say it.
const (
	startsDemand  = "DEMAND"
	startsNotice  = "NOTICE"
	startsOverdue = "OVERDUE"
	startsEvent   = "EVENT"
)

// Facts is a breach as far as the ladder needs it.
type Facts struct {
	// Name of the case, for the derivation.
	Name string
	// Cause is a word of [terms.CureRule], Kind the kind of service where the
	// rule depends on it.
	Cause, Kind string
	// Opened is the day on which the breach arose: the first late day, the day
	// of the event.
	Opened date.Date
	// Due is the day by which it should have been avoided: the due date of the
	// oldest unpaid document; unset where there is none.
	Due date.Date
	// Demand is the day of the written demand or notice; unset before it.
	Demand date.Date
	// Days is what the provider allows; 0 means what the agreement gives.
	Days int
}

// Period is the time to mend a breach.
type Period struct {
	// Days of the period; 0 where the ground gives none.
	Days int
	// LastDay to mend it, counted whole; unset where the ground gives no time.
	LastDay date.Date
	// RemedyFrom is the first day on which the provider may suspend or terminate.
	RemedyFrom date.Date
	// Clause of the ground.
	Clause string
	// Explanation derives LastDay, or RemedyFrom where there is no time to mend.
	Explanation explain.Explanation
}

// DaysOutOfRange refuses a period that is longer than the agreement's or shorter
// than the provider may set.
type DaysOutOfRange struct{ Days, Min, Max int }

// Error names the range.
func (e *DaysOutOfRange) Error() string {
	return fmt.Sprintf("%d days to cure: the agreement allows %d to %d", e.Days, e.Min, e.Max)
}

// NeedsDemand tells whether the time to mend begins only with a written demand
// or notice; false, too, where the terms know no such ground.
func NeedsDemand(t terms.Resolved, f Facts) bool {
	rule, ok := t.Cure.Rule(f.Cause, f.Kind)
	return ok && (rule.Starts == startsDemand || rule.Starts == startsNotice)
}

// Run computes the time to mend. It is false where the terms know no such
// ground, or where the time has not begun. The error is *[DaysOutOfRange].
func Run(t terms.Resolved, f Facts) (Period, bool, error) {
	rule, ok := t.Cure.Rule(f.Cause, f.Kind)
	if !ok {
		return Period{}, false, nil
	}
	if rule.Starts == startsEvent {
		return atOnce(t, rule, f), true, nil
	}
	from, fact := f.Demand, "#demand_date"
	if rule.Starts == startsOverdue {
		from, fact = f.Due, "#due_date"
	}
	if from.IsZero() {
		return Period{}, false, nil
	}
	days, err := length(t, rule, f.Days)
	if err != nil {
		return Period{}, false, err
	}
	readings := append([]string{rule.Days.Reading, rule.NeedsDemand.Reading, dayZero(t)}, rule.Readings...)
	if f.Days != 0 {
		readings = append(readings, rule.MinDays.Reading)
	}
	b := explain.New(t.Cite(rule.Clause, readings...))
	n := b.Int(int64(days)).In("days")
	if f.Days != 0 && f.Days != t.Number(rule.Days) {
		n = b.FactInt(f.Name+"#cure_days", int64(days)).In("days").Note("a shorter time that the provider finds needed")
	}
	last := b.AddDays(b.FactDate(f.Name+fact, from), n).Note("the last day to mend the breach, counted whole")
	if rule.TriggerClause != "" {
		last = last.Cite(t.Cite(rule.TriggerClause, rule.NeedsDemand.Reading))
	}
	return Period{
		Days: days, LastDay: last.Date(), RemedyFrom: last.Date().AddDays(1), Clause: rule.Clause,
		Explanation: b.Explanation(last),
	}, true, nil
}

// atOnce is a ground without time to mend: the remedies are there on its day.
func atOnce(t terms.Resolved, rule terms.CureRule, f Facts) Period {
	b := explain.New(t.Cite(rule.Clause, rule.Readings...))
	day := b.FactDate(f.Name+"#opened_date", f.Opened).Note("the day of the event; the remedies are available at once")
	return Period{RemedyFrom: day.Date(), Clause: rule.Clause, Explanation: b.Explanation(day)}
}

// length is the number of days: the agreement's, or fewer where it may be
// shortened.
func length(t terms.Resolved, rule terms.CureRule, asked int) (int, error) {
	most := t.Number(rule.Days)
	if asked == 0 {
		return most, nil
	}
	least := most
	if !rule.MinDays.IsZero() {
		least = t.Number(rule.MinDays)
	}
	if asked < least || asked > most {
		return 0, &DaysOutOfRange{Days: asked, Min: least, Max: most}
	}
	return asked, nil
}

// Hours computes a time to mend that the provider cut to hours: the end instant
// itself is still in time.
func Hours(t terms.Resolved, f Facts, from time.Time, hours int) (time.Time, explain.Explanation, bool) {
	rule, ok := t.Cure.Rule(f.Cause, f.Kind)
	if !ok {
		return time.Time{}, explain.Explanation{}, false
	}
	b := explain.New(t.Cite(rule.Clause, rule.Readings...))
	seconds := b.Mul(b.FactInt(f.Name+"#cure_hours", int64(hours)).In("hours"), b.Int(3600)).In("seconds")
	end := b.AddSeconds(b.FactTime(f.Name+"#notice_time", from), seconds).Note("the last instant to mend the breach")
	return end.Time(), b.Explanation(end), true
}

func dayZero(t terms.Resolved) string {
	if t.Counting == nil {
		return ""
	}
	return t.Counting.DayZero.Reading
}
