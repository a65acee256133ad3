package duties

import (
	"slices"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// Exclude tells which parts of an incident are excluded, by the order of the
// duties in the terms. An incident that is a run is excluded whole where a
// breach overlaps any part of it, its last instant included; of one that lasts,
// the overlapping part is. A failure type that the terms do not know is not
// excluded.
func (r Rules) Exclude(i Incident, breaches []Breach, rec Record) []Exclusion {
	if r.terms.Terms == nil {
		return nil
	}
	measured, known := r.terms.Duties.Measured(i.FailureType)
	if !known {
		return nil
	}
	var out []Exclusion
	for _, d := range r.duties {
		if !d.Covers(i.FailureType) {
			continue
		}
		if always, reading := r.terms.Unconditional(d); always {
			out = append(out, r.always(d, reading, i))
			continue
		}
		if excludes, _ := r.terms.Excludes(d); !excludes {
			continue
		}
		for _, s := range r.broken(d, i, breaches, rec) {
			if x, ok := r.cut(d, i, s, measured == terms.MeasuredRun); ok {
				out = append(out, x)
			}
		}
	}
	return out
}

// broken is when the duty was broken towards the incident's object.
func (r Rules) broken(d terms.Duty, i Incident, breaches []Breach, rec Record) []span {
	cause, _ := r.causation(d)
	var mine []Breach
	for _, b := range breaches {
		if b.Clause == d.Clause && r.reaches(d, b.On, i.On) && (b.Proved || cause == presumed) {
			mine = append(mine, b)
		}
	}
	var out []span
	for _, s := range join(mine) {
		s, ok := r.timely(d, s, i.On, rec)
		if !ok {
			continue
		}
		s = r.mended(d, s, i.On, rec)
		for _, c := range scheduled(d, s, i.On, rec) {
			out = append(out, r.spared(d, c, i, rec)...)
		}
	}
	return slices.DeleteFunc(out, span.empty)
}

// always excludes an incident as a whole without a breach.
func (r Rules) always(d terms.Duty, reading string, i Incident) Exclusion {
	b := explain.New(r.terms.Cite(d.Clause, reading))
	v := b.Seconds(b.FactTime(i.Name+"#start_time", i.From), b.FactTime(i.Name+"#end_time", i.To)).In("seconds").
		Note("excluded in any case, with or without a breach")
	return Exclusion{Clause: d.Clause, From: i.From, To: i.To, Whole: true, Explanation: b.Explanation(v)}
}

// cut is what a breach excludes of an incident.
func (r Rules) cut(d terms.Duty, i Incident, s span, run bool) (Exclusion, bool) {
	b := explain.New(r.cite(d))
	from, to := b.FactTime(i.Name+"#start_time", i.From), b.FactTime(i.Name+"#end_time", i.To)
	begins := latest(b, s.from)
	if run {
		hit := b.LessEqual(begins, to)
		if len(s.to) > 0 {
			hit = b.Mul(hit, b.Less(from, earliest(b, s.to)))
		}
		v := b.If(hit, b.Seconds(from, to), b.Int(0)).In("seconds").
			Note("a run that the breach overlaps in any part is excluded whole")
		x := Exclusion{Clause: d.Clause, Cause: s.cause, From: i.From, To: i.To, Whole: true, Explanation: b.Explanation(v)}
		return x, hit.True()
	}
	first, last := b.MaxDate(from, begins), to
	if len(s.to) > 0 {
		last = b.MinDate(to, earliest(b, s.to))
	}
	x := Exclusion{Clause: d.Clause, Cause: s.cause, From: first.Time(), To: last.Time()}
	if !x.From.Before(x.To) {
		return x, false
	}
	v := b.Seconds(first, last).In("seconds").Note("the part of the time that the breach overlaps is excluded")
	x.Explanation = b.Explanation(v)
	return x, true
}

func latest(b *explain.Builder, edges []edge) explain.Value {
	v := edges[0].value(b)
	for _, e := range edges[1:] {
		v = b.MaxDate(v, e.value(b))
	}
	return v
}

func earliest(b *explain.Builder, edges []edge) explain.Value {
	v := edges[0].value(b)
	for _, e := range edges[1:] {
		v = b.MinDate(v, e.value(b))
	}
	return v
}
