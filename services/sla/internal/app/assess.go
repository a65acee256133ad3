package app

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/sla/internal/levels"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
	"cloudpact.dev/services/terms"
)

// incident is a failure of a target, or a run of it that may have failed.
type incident struct {
	name        string
	failureType string
	// operation of a run; "" for an outage.
	operation string
	succeeded bool
	from, to  time.Time
}

func incidentOfRun(r store.Run) incident {
	return incident{name: r.Name(), failureType: failureOf(r.Operation), operation: r.Operation, succeeded: r.Succeeded, from: r.Start, to: r.End}
}

func incidentOfOutage(o store.Outage, to time.Time) incident {
	return incident{name: o.Name(), failureType: o.FailureType, from: o.Start, to: to}
}

// assessmentID is the id of the assessment of an incident or month.
func assessmentID(subject string) string { return resource.ID("assessment", subject) }

// assess judges the incidents of a target that had not ended before an instant,
// and the months measured since.
func (w *work) assess(ctx context.Context, t store.Target, since time.Time) error {
	outages, err := store.Outages.Since(ctx, w.tx, t.TargetKey, since)
	if err != nil {
		return err
	}
	runs, err := store.Runs.Since(ctx, w.tx, t.TargetKey, since)
	if err != nil {
		return err
	}
	var all []incident
	for _, o := range outages {
		if !o.Open() { // one that lasts has no length yet
			all = append(all, incidentOfOutage(o, o.End))
		}
	}
	for _, r := range runs {
		all = append(all, incidentOfRun(r))
	}
	if len(all) > 0 {
		earliest := slices.MinFunc(all, func(a, b incident) int { return a.from.Compare(b.from) }).from
		rec, err := w.record(ctx, t, earliest)
		if err != nil {
			return err
		}
		for _, i := range all {
			if err := w.judge(ctx, t, i, rec); err != nil {
				return err
			}
		}
	}
	return w.remeasure(ctx, t, since)
}

// judge makes the assessment of an incident.
func (w *work) judge(ctx context.Context, t store.Target, i incident, rec record) error {
	p, err := w.policy(ctx, i.from)
	if err != nil {
		return err
	}
	out := store.Assessment{Target: t.TargetKey, ID: assessmentID(i.name), Subject: i.name, Start: i.from}
	if !i.succeeded {
		out.Exclusions = p.exclusions(t, i, rec)
	}
	cites := p.cites(i)
	j := levels.Judge(levels.Incident{Name: i.name, From: i.from, To: i.to, Run: p.counts(i), Succeeded: i.succeeded}, parts(out.Exclusions), cites...)
	take(&out, j, cites)
	return w.keep(ctx, out)
}

// cites is what a judgement rests on beside its exclusions: the level, and the
// hand-over of a recovery.
func (p policy) cites(i incident) []explain.Citation {
	var out []explain.Citation
	if p.terms.Terms == nil || p.terms.ServiceLevels == nil {
		return nil
	}
	if c := p.terms.ServiceLevels.Clause; c != "" {
		out = append(out, p.terms.Cite(c))
	}
	if h, _, ok := levels.HandOver(p.terms, p.kind, i.operation); ok {
		out = append(out, p.terms.Cite(h.Clause, h.Point.Reading))
	}
	return out
}

// counts tells whether an incident counts as one and cannot be cut.
func (p policy) counts(i incident) bool {
	if i.operation != "" {
		return true
	}
	if p.terms.Terms == nil {
		return false
	}
	m, _ := p.terms.Duties.Measured(i.failureType)
	return m == terms.MeasuredRun
}

// exclusions is what does not count of an incident: trouble that is the
// customer's own, windows, and duties, in this order.
func (p policy) exclusions(t store.Target, i incident, rec record) []store.Exclusion {
	var out []store.Exclusion
	if own, ok := levels.OwnOf(p.terms, p.kind, i.failureType, levels.Incident{Name: i.name, From: i.from, To: i.to}); ok {
		return []store.Exclusion{{Clause: own.Clause, Start: i.from, End: i.to, WholeRun: true, Explanation: own.Explanation}}
	}
	for _, x := range windows.Exclude(p.terms, windows.Incident{Name: i.name, From: i.from, To: i.to, Run: p.counts(i)}, rec.windows) {
		out = append(out, store.Exclusion{Clause: x.Clause, Cause: x.Cause, Start: x.From, End: x.To, WholeRun: x.Whole, Explanation: x.Explanation})
	}
	di := duties.Incident{Name: i.name, On: object(t), FailureType: i.failureType, From: i.from, To: i.to}
	for _, x := range p.rules.Exclude(di, rec.breaches, rec.rest) {
		out = append(out, store.Exclusion{Clause: x.Clause, Cause: x.Cause, Start: x.From, End: x.To, WholeRun: x.Whole, Explanation: x.Explanation})
	}
	return out
}

func parts(all []store.Exclusion) []levels.Part {
	out := make([]levels.Part, len(all))
	for i, x := range all {
		out[i] = levels.Part{From: x.Start, To: x.End, Whole: x.WholeRun}
	}
	return out
}

// keep writes the next version of an assessment where verdict or figures are
// not those of the last one, and tells it.
func (w *work) keep(ctx context.Context, next store.Assessment) error {
	last, ok, err := w.a.store.Assessment(ctx, w.tx, next.Target, next.ID)
	if err != nil || (ok && last.Same(next)) {
		return err
	}
	next.Version, next.Assessed = last.Version, w.now
	if err := w.a.store.PutAssessment(ctx, w.tx, &next); err != nil {
		return err
	}
	w.tx.Publish(commit.Draft{Type: TypeIncidentAssessed, Subject: next.Name(), Body: IncidentAssessed{next}})
	return nil
}

// take puts a judgement into an assessment, with the citations of its exclusions
// behind those given.
func take(a *store.Assessment, j levels.Judgement, cites []explain.Citation) {
	a.Verdict, a.Explanation, a.Availability = string(j.Verdict), j.Explanation, j.Availability
	a.Incident, a.Excluded, a.Counted = j.Incident, j.Excluded, j.Counted
	a.Citations = cites
	for _, x := range a.Exclusions {
		for _, c := range x.Explanation.Citations() {
			if !slices.ContainsFunc(a.Citations, func(o explain.Citation) bool { return sameCitation(o, c) }) {
				a.Citations = append(a.Citations, c)
			}
		}
	}
}

func sameCitation(a, b explain.Citation) bool {
	return a.Terms == b.Terms && a.Revision == b.Revision && a.Clause == b.Clause && slices.Equal(a.Readings, b.Readings)
}
