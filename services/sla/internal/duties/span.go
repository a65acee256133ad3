package duties

import (
	"slices"
	"strings"
	"time"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/terms"
)

// edge is an instant that bounds a breach: a recorded fact, and hours after it.
type edge struct {
	fact  string
	at    time.Time
	hours int
}

func (e edge) time() time.Time { return e.at.Add(time.Duration(e.hours) * time.Hour) }

func (e edge) value(b *explain.Builder) explain.Value {
	v := b.FactTime(e.fact, e.at)
	if e.hours > 0 {
		v = b.AddSeconds(v, b.Int(int64(e.hours)*3600))
	}
	return v
}

// span is a time in which a duty was broken: it begins with the latest of its
// edges and ends with the earliest, or lasts where there is none.
type span struct {
	cause    string
	from, to []edge
}

func (s span) start() time.Time {
	var out time.Time
	for _, e := range s.from {
		if t := e.time(); t.After(out) {
			out = t
		}
	}
	return out
}

// end is the first instant after it; false while it lasts.
func (s span) end() (time.Time, bool) {
	var out time.Time
	for i, e := range s.to {
		if t := e.time(); i == 0 || t.Before(out) {
			out = t
		}
	}
	return out, len(s.to) > 0
}

func (s span) empty() bool {
	end, over := s.end()
	return over && !s.start().Before(end)
}

// join makes spans of breaches: those that overlap or touch are one, so that
// it does not matter in how many pieces a breach was recorded.
func join(breaches []Breach) []span {
	all := slices.Clone(breaches)
	slices.SortFunc(all, func(a, b Breach) int {
		if c := a.From.Compare(b.From); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	var out []span
	for _, b := range all {
		if !b.To.IsZero() && !b.From.Before(b.To) {
			continue
		}
		if n := len(out); n > 0 {
			if end, over := out[n-1].end(); !over || !b.From.After(end) {
				if over && (b.To.IsZero() || b.To.After(end)) {
					out[n-1].to = ends(b)
				}
				continue
			}
		}
		out = append(out, span{cause: b.Name, from: []edge{{fact: b.Name + "#start_time", at: b.From}}, to: ends(b)})
	}
	return out
}

func ends(b Breach) []edge {
	if b.To.IsZero() {
		return nil
	}
	return []edge{{fact: b.Name + "#end_time", at: b.To}}
}

// timely takes the hours that the customer has to act off the beginning of a
// breach. They are a number of the operator's, so they only ever shorten what a
// person has recorded.
func (r Rules) timely(d terms.Duty, s span, on Object, rec Record) (span, bool) {
	hours := r.terms.Number(d.ReplyHours)
	if d.Duty == answerMail {
		m, sent := mailFor(d, s, on, rec.Mails)
		if !sent {
			return s, !(slices.Contains(d.Readings, noMailNoBreach) && r.terms.Bool(noMailNoBreach))
		}
		s.from = append(slices.Clip(s.from), edge{fact: m.Name + "#result_emailed_time", at: m.At, hours: hours})
		return s, true
	}
	// Where a breach lasts until something is mended the hours run before the
	// event, and the record begins with the event.
	if hours > 0 && d.BreachEnds.IsZero() {
		s.from[0].hours = hours
	}
	return s, true
}

// mailFor finds the message that was not answered: the last one before the
// breach, or else the first one in it.
func mailFor(d terms.Duty, s span, on Object, mails []Mail) (Mail, bool) {
	var best Mail
	found := false
	start := s.start()
	end, over := s.end()
	for _, m := range mails {
		if m.On.Service != on.Service || m.On.Unit != on.Unit || !d.Covers(m.FailureType) || (over && !m.At.Before(end)) {
			continue
		}
		before := !m.At.After(start)
		switch {
		case !found:
		case before && !best.At.After(start) && !m.At.After(best.At):
			continue
		case !before && !m.At.Before(best.At):
			continue
		}
		best, found = m, true
	}
	return best, found
}

// mended ends a breach with the first replication of the object that succeeds
// in it, where the terms say so.
func (r Rules) mended(d terms.Duty, s span, on Object, rec Record) span {
	if !r.terms.Is(d.BreachEnds, nextSync) {
		return s
	}
	var first *Mark
	for i, m := range rec.Syncs {
		if m.On.Service != on.Service || m.On.Unit != on.Unit || !m.At.After(s.start()) {
			continue
		}
		if first == nil || m.At.Before(first.At) {
			first = &rec.Syncs[i]
		}
	}
	if first != nil {
		s.to = append(slices.Clip(s.to), edge{fact: first.Name + "#end_time", at: first.At})
	}
	return s
}

// scheduled cuts a breach to the times that the provider had scheduled, where
// only those count.
func scheduled(d terms.Duty, s span, on Object, rec Record) []span {
	if !d.ScheduledWindowOnly {
		return []span{s}
	}
	var out []span
	for _, p := range rec.Schedule {
		if p.On.Service != on.Service || (p.On.Unit != "" && p.On.Unit != on.Unit) {
			continue
		}
		c := s
		c.from = append(slices.Clip(s.from), edge{fact: p.Name + "#start_time", at: p.From})
		c.to = append(slices.Clip(s.to), edge{fact: p.Name + "#end_time", at: p.To})
		out = append(out, c)
	}
	return out
}

// spared takes the disaster that a failover answers out of a breach: a machine
// that is down by it is not one that the customer failed to keep on.
func (r Rules) spared(d terms.Duty, s span, i Incident, rec Record) []span {
	if i.FailureType != failoverFailed || !slices.Contains(d.Readings, ignoresDisaster) || !r.terms.Bool(ignoresDisaster) {
		return []span{s}
	}
	left := []span{s}
	for _, o := range rec.Disasters {
		if o.On.Service != i.On.Service || o.On.Unit != i.On.Unit {
			continue
		}
		var next []span
		for _, s := range left {
			before, after := s, s
			before.to = append(slices.Clip(s.to), edge{fact: o.Name + "#start_time", at: o.From})
			next = append(next, before)
			if !o.To.IsZero() {
				after.from = append(slices.Clip(s.from), edge{fact: o.Name + "#end_time", at: o.To})
				next = append(next, after)
			}
		}
		left = slices.DeleteFunc(next, span.empty)
	}
	return left
}
