package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/levels"
	"cloudpact.dev/services/sla/internal/store"
	"cloudpact.dev/services/sla/internal/windows"
	"cloudpact.dev/services/terms"
)

// KindMonthEnd is the kind of the deadline at a month's end.
const KindMonthEnd = "month_end"

// Handlers holds the handler of each kind.
func (a *App) Handlers() deadline.Registry {
	return deadline.Registry{KindMonthEnd: a.monthDue, KindFailureReply: reminderDue, KindSuspensionAlert: reminderDue}
}

// monthBody is what the deadline carries: the month's first day.
type monthBody struct {
	Month date.Date `json:"month"`
}

// monthName is how a month is written as the subject of an assessment.
func monthName(first date.Date) string { return first.String()[:len("2024-03")] }

func monthID(t store.Target, first date.Date) string {
	return resource.ID("assessment", t.Name(), monthName(first))
}

// service is the days in which a subscription runs; false before it commences
// and where it never did.
func service(s store.Subscription) (date.Span, bool) {
	if s.Commencement.IsZero() || s.Cancelled {
		return date.Span{}, false
	}
	out := date.Span{From: s.Commencement, To: s.Commencement.AddDays(200 * 366)}
	if !s.LastDay.IsZero() {
		out.To = s.LastDay.AddDays(1)
	}
	return out, !out.Empty()
}

// await sets the deadline of the next month that is measured, from a day on, and
// withdraws one that is not any more.
func (w *work) await(ctx context.Context, t store.Target, from date.Date) error {
	var want date.Span
	if days, ok := service(w.sub); ok && t.Level != "" {
		month := date.Month(date.Max(from, days.From))
		if !month.Intersect(days).Empty() {
			want = month
		}
	}
	name := func(first date.Date) string { return KindMonthEnd + "/" + t.Name() + "/" + monthName(first) }
	set, err := w.a.Deadlines.List(ctx, w.tx, deadline.Filter{
		Provider: t.Provider, Customer: t.Sub.Customer, Subject: t.Name(), Kind: KindMonthEnd, State: deadline.Set,
	})
	if err != nil {
		return err
	}
	for _, d := range set {
		// What is due now is left to its handler.
		if d.Due.After(w.now) && (want.Empty() || d.Name != name(want.From)) {
			if err := w.tx.SettleDeadline(d.Name, commit.Withdrawn); err != nil {
				return err
			}
		}
	}
	if want.Empty() {
		return nil
	}
	p, err := w.policy(ctx, w.now)
	if err != nil {
		return err
	}
	body, err := json.Marshal(monthBody{want.From})
	if err != nil {
		return err
	}
	return w.tx.SetDeadline(commit.Deadline{
		Name: name(want.From), Subject: t.Name(), Kind: KindMonthEnd, Clause: p.terms.ServiceLevels.Clause,
		Consequence: "the month's availability is measured against the promised level",
		Due:         want.To.Start(p.terms.Zone()), Rank: commit.RankMeasurement, Body: body,
	})
}

// monthDue measures the month that ended, and awaits the next.
func (a *App) monthDue(ctx context.Context, tx *commit.Tx, d deadline.Deadline) error {
	k, err := ParseTarget(d.Subject, "subject")
	if err != nil {
		return err
	}
	t, ok, err := a.store.Target(ctx, tx, k)
	if err != nil {
		return err
	}
	var body monthBody
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return fmt.Errorf("read the deadline %s: %w", d.Name, err)
	}
	if !ok {
		return fmt.Errorf("the deadline %s is of a target that is gone", d.Name)
	}
	w, err := a.work(ctx, tx, t.Sub)
	if err != nil {
		return err
	}
	month := date.Month(body.Month)
	if err := w.measure(ctx, t, month); err != nil {
		return err
	}
	if err := tx.SettleDeadline(d.Name, commit.Met); err != nil {
		return err
	}
	return w.await(ctx, t, month.To)
}

// remeasure measures again the months of a target that were measured and had not
// ended before an instant.
func (w *work) remeasure(ctx context.Context, t store.Target, since time.Time) error {
	if t.Level == "" {
		return nil
	}
	zone, err := w.a.zone(ctx, w.tx, w.sub)
	if err != nil {
		return err
	}
	measured, err := w.a.store.Months(ctx, w.tx, t.TargetKey, date.Month(date.Of(since, zone)).From)
	if err != nil {
		return err
	}
	for _, m := range measured {
		if err := w.measure(ctx, t, date.Month(m.Month)); err != nil {
			return err
		}
	}
	return nil
}

// measure makes the assessment of a month. A month in which the service did not
// run after all has nothing to measure.
func (w *work) measure(ctx context.Context, t store.Target, month date.Span) error {
	zone, err := w.a.zone(ctx, w.tx, w.sub)
	if err != nil {
		return err
	}
	p, err := w.policy(ctx, month.From.Start(zone))
	if err != nil {
		return err
	}
	out := store.Assessment{Target: t.TargetKey, ID: monthID(t, month.From), Subject: monthName(month.From), Month: month.From, Start: month.From.Start(zone), Level: t.Level}
	days, ran := service(w.sub)
	m := levels.Month{Name: t.Name() + "/months/" + out.Subject, Days: month.Intersect(days), Level: t.Level}
	if !ran || m.Days.Empty() {
		out.Verdict = string(levels.NoIncident)
		return w.keep(ctx, out)
	}
	if m.Outages, out.Exclusions, err = w.outages(ctx, t, m.Days, p.terms.Zone()); err != nil {
		return err
	}
	j, err := levels.Measure(p.terms, m)
	if err != nil {
		return err
	}
	take(&out, j, j.Explanation.Citations())
	return w.keep(ctx, out)
}

// outages lists the outages of a target in some days with what is excluded of
// each by the terms of its day. An event that has no length, such as lost data,
// is no downtime.
func (w *work) outages(ctx context.Context, t store.Target, days date.Span, zone *time.Location) ([]levels.Outage, []store.Exclusion, error) {
	from, to := days.From.Start(zone), days.To.Start(zone)
	all, err := store.Outages.Since(ctx, w.tx, t.TargetKey, from)
	if err != nil {
		return nil, nil, err
	}
	rec, err := w.record(ctx, t, from)
	if err != nil {
		return nil, nil, err
	}
	var out []levels.Outage
	var excluded []store.Exclusion
	for _, o := range all {
		end := o.End
		if o.Open() || end.After(to) {
			end = to
		}
		begin := o.Start
		if begin.Before(from) {
			begin = from
		}
		then, err := w.policy(ctx, o.Start)
		if err != nil {
			return nil, nil, err
		}
		i := incidentOfOutage(o, end)
		i.from = begin
		if then.counts(i) || !begin.Before(end) {
			continue
		}
		x := then.exclusions(t, i, rec)
		out = append(out, levels.Outage{From: begin, To: end, Parts: parts(x)})
		excluded = append(excluded, x...)
	}
	return out, excluded, nil
}

// known tells whether the terms know a failure type of a kind of service.
func (p policy) known(failureType string) bool {
	if p.terms.Terms == nil {
		return false
	}
	if _, ok := p.terms.Duties.Measured(failureType); ok {
		return true
	}
	_, own := levels.CustomerOwned(p.terms, p.kind, failureType)
	return own
}

// runs tells whether the terms know an operation of a kind of service: one whose
// failure they name as that of a run.
func (p policy) runs(operation string) bool {
	if p.terms.Terms == nil {
		return false
	}
	m, ok := p.terms.Duties.Measured(failureOf(operation))
	return ok && m == terms.MeasuredRun
}

// window tells whether the terms know a kind of window.
func (p policy) window(kind string) bool { return windows.Known(p.terms, kind) }
