// Package levels judges incidents and months: what of an incident counts
// against the provider, and whether a month reached the promised level.
package levels

import (
	"fmt"
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/interval"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
)

// Verdict of a judgement, by the wire's words.
type Verdict string

// The verdicts.
const (
	NoIncident     Verdict = "NO_INCIDENT"
	Counted        Verdict = "COUNTED"
	PartlyExcluded Verdict = "PARTLY_EXCLUDED"
	Excluded       Verdict = "EXCLUDED"
	Met            Verdict = "MET"
	Missed         Verdict = "MISSED"
)

// Places of a percentage that is shown; it is rounded down, so that no month
// looks better than it was.
const Places = 5

// Incident is what is judged: a time in which an object did not work, or a run.
type Incident struct {
	// Name of its record; facts in explanations are named after it.
	Name     string
	From, To time.Time
	// Run where it counts as one and cannot be cut.
	Run bool
	// Succeeded where nothing failed.
	Succeeded bool
}

// Part is an excluded part of an incident.
type Part struct {
	From, To time.Time
	// Whole where the incident is excluded as one.
	Whole bool
}

// Judgement is how an incident or month is judged.
type Judgement struct {
	Verdict Verdict
	// Incident = Excluded + Counted.
	Incident, Excluded, Counted time.Duration
	// Availability of a month in percent, rounded down to Places; "" otherwise.
	Availability string
	// Explanation of the counted seconds, or of the availability.
	Explanation explain.Explanation
}

// Judge says what of an incident counts. The citations are those of the level,
// the exclusions carry their own.
func Judge(i Incident, parts []Part, cites ...explain.Citation) Judgement {
	b := explain.New(cites...)
	if i.Succeeded {
		return Judgement{Verdict: NoIncident, Explanation: b.Explanation(b.Int(0).In("seconds").Note("nothing failed"))}
	}
	length := b.Seconds(b.FactTime(i.Name+"#start_time", i.From), b.FactTime(i.Name+"#end_time", i.To)).In("seconds")
	j := Judgement{Incident: i.To.Sub(i.From)}
	out := length
	if whole := slices.ContainsFunc(parts, func(p Part) bool { return p.Whole }); whole {
		j.Verdict, j.Excluded = Excluded, j.Incident
	} else {
		set := setOf(parts).Clip(interval.Time{From: i.From, To: i.To})
		j.Excluded = set.Total()
		j.Verdict = verdictOf(j.Incident, j.Excluded)
		out = total(b, i.Name+"#excluded", set)
	}
	j.Counted = j.Incident - j.Excluded
	j.Explanation = b.Explanation(b.Sub(length, out).In("seconds").Note("the length of the incident without what is excluded"))
	return j
}

func verdictOf(incident, excluded time.Duration) Verdict {
	switch excluded {
	case 0:
		return Counted
	case incident:
		return Excluded
	}
	return PartlyExcluded
}

func setOf(parts []Part) interval.Set {
	all := make([]interval.Time, len(parts))
	for i, p := range parts {
		all[i] = interval.Time{From: p.From, To: p.To}
	}
	return interval.Of(all...)
}

// total is the seconds of a set, each instant once; name is that of its facts.
func total(b *explain.Builder, name string, set interval.Set) explain.Value {
	var all []explain.Value
	for _, t := range set.All() {
		all = append(all, b.Seconds(b.FactTime(name+"_from", t.From), b.FactTime(name+"_to", t.To)))
	}
	return b.Sum(all...).In("seconds")
}

// Outage is a time in which an object did not work, with what is excluded of it.
type Outage struct {
	// From and To; To is zero while it lasts.
	From, To time.Time
	Parts    []Part
}

// Month is what a month is measured on.
type Month struct {
	// Name of the target; facts in explanations are named after it.
	Name string
	// Days of the month in which the service ran.
	Days date.Span
	// Level that is promised, a percentage as a decimal.
	Level   string
	Outages []Outage
}

// Measure says whether a month reached the promised level. Excluded time counts
// as up. A downtime that several outages share counts once, and not at all only
// where every one of them excludes it. It fails where the terms ask for another
// measure, or for a credit, than is known here.
func Measure(r terms.Resolved, m Month) (Judgement, error) {
	level, ok := terms.ParseDecimal(m.Level)
	if !ok || m.Days.Empty() {
		return Judgement{}, fmt.Errorf("%s: a month needs a level and at least one day, not %q and %v", m.Name, m.Level, m.Days)
	}
	p := r.ServiceLevels
	if p == nil {
		return Judgement{}, fmt.Errorf("%s: the terms %s measure no levels", m.Name, r.ID)
	}
	if w := r.Text(p.ExcludedTime); w != "NOT_DOWNTIME" {
		return Judgement{}, fmt.Errorf("%s: excluded time that counts as %s is not measured here", m.Name, w)
	}
	if w := r.Text(p.Credit); w != "NONE" {
		return Judgement{}, fmt.Errorf("%s: a credit by %s is not granted here", m.Name, w)
	}
	down, counted := m.downtime(r.Zone())
	b := explain.New(r.Cite(p.Clause, p.ExcludedTime.Reading, p.Credit.Reading))
	whole := b.Seconds(b.StartOfDay(b.FactDate(m.Name+"#first_day", m.Days.From), r.Zone()),
		b.StartOfDay(b.FactDate(m.Name+"#first_day_after", m.Days.To), r.Zone())).In("seconds")
	share := b.Div(b.Sub(whole, total(b, m.Name+"#down", counted).Note("downtime that counts")), whole)
	percent := b.Mul(share, b.Int(100)).In("percent")
	shown := b.Round(percent, Places, ratio.Floor)
	j := Judgement{
		Verdict: Missed, Incident: down.Total(), Counted: counted.Total(),
		Availability: shown.Ratio().Decimal(Places, ratio.Floor), Explanation: b.Explanation(shown),
	}
	j.Excluded = j.Incident - j.Counted
	if percent.Ratio().Cmp(level) >= 0 {
		j.Verdict = Met
	}
	return j, nil
}

// downtime is the time of all outages in the month, and the part that counts.
func (m Month) downtime(zone *time.Location) (all, counted interval.Set) {
	period := interval.Time{From: m.Days.From.Start(zone), To: m.Days.To.Start(zone)}
	for _, o := range m.Outages {
		to := o.To
		if to.IsZero() || to.After(period.To) {
			to = period.To
		}
		span := interval.Of(interval.Time{From: o.From, To: to}).Clip(period)
		all = all.Union(span)
		if slices.ContainsFunc(o.Parts, func(p Part) bool { return p.Whole }) {
			continue
		}
		counted = counted.Union(span.Subtract(setOf(o.Parts)))
	}
	return all, counted
}

// HandOver is the clause on the point after which time is the customer's own,
// and the point; false where the kind has none. It concerns recovery alone.
func HandOver(r terms.Resolved, kind, operation string) (terms.HandOver, string, bool) {
	if r.Terms == nil || r.ServiceLevels == nil || !slices.Contains(recoveries, operation) {
		return terms.HandOver{}, "", false
	}
	for _, h := range r.ServiceLevels.HandOvers {
		if slices.Contains(h.Kinds, kind) {
			return h, r.Text(h.Point), true
		}
	}
	return terms.HandOver{}, "", false
}

var recoveries = []string{"FAILOVER", "FAILBACK"}

// Own is trouble that is the customer's own and no incident of the provider's.
type Own struct {
	Clause string
	// Explanation of the seconds that do not count: all of them.
	Explanation explain.Explanation
}

// CustomerOwned tells whether trouble of a category is the customer's own.
func CustomerOwned(r terms.Resolved, kind, category string) (clause string, own bool) {
	if r.Terms == nil || r.ServiceLevels == nil {
		return "", false
	}
	for _, c := range r.ServiceLevels.CustomerOwned {
		if slices.Contains(c.Kinds, kind) && slices.Contains(c.Categories, category) {
			return c.Clause, true
		}
	}
	return "", false
}

// OwnOf says why trouble of a category does not count; false where it is not the
// customer's own.
func OwnOf(r terms.Resolved, kind, category string, i Incident) (Own, bool) {
	clause, own := CustomerOwned(r, kind, category)
	if !own {
		return Own{}, false
	}
	b := explain.New(r.Cite(clause))
	v := b.Seconds(b.FactTime(i.Name+"#start_time", i.From), b.FactTime(i.Name+"#end_time", i.To)).In("seconds").
		Note("trouble of this kind is the customer's own")
	return Own{Clause: clause, Explanation: b.Explanation(v)}, true
}
