package duties_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/interval"
	"cloudpact.dev/services/sla/internal/duties"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

func explainInt(n int64) string { return strconv.FormatInt(n, 10) }

var zero = time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return zero.Add(time.Duration(n) * time.Minute) }

// world is a service with units of two groups, breaches of its duties and what
// else was recorded.
type world struct {
	rules    duties.Rules
	incident duties.Incident
	breaches []duties.Breach
	record   duties.Record
}

var kinds = []string{"C2C_BACKUP", "C2C_REPLICATION", "GSLB", "SNAPSHOT", "VONE", "V2C_REPLICATION", "DAAS", "P2C_REPLICATION", "MAIL", "A2C_BACKUP"}

func object(t *rapid.T, name string) duties.Object {
	return rapid.SampledFrom([]duties.Object{
		{Service: "s"},
		{Service: "s", Group: "a"},
		{Service: "s", Unit: "1", Group: "a"},
		{Service: "s", Unit: "2", Group: "a"},
		{Service: "s", Unit: "3", Group: "b"},
		{Service: "s", Unit: "4"},
		{Service: "other"},
	}).Draw(t, name)
}

func draw(t *rapid.T, r terms.Resolved) world {
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	w := world{rules: duties.Of(r, kind, "ZT")}
	from := rapid.IntRange(0, 100).Draw(t, "incident from")
	w.incident = duties.Incident{
		Name: "incident", On: object(t, "incident on"),
		FailureType: rapid.SampledFrom(r.Duties.FailureTypes).Draw(t, "failure type").Code,
		From:        minute(from), To: minute(from + rapid.IntRange(1, 60).Draw(t, "incident length")),
	}
	for n := range rapid.IntRange(0, 6).Draw(t, "breaches") {
		from := rapid.IntRange(-50, 150).Draw(t, "breach from")
		b := duties.Breach{
			Name: fmt.Sprint("breach", n), Clause: rapid.SampledFrom(w.rules.Clauses()).Draw(t, "clause"), On: object(t, "breach on"),
			From: minute(from), Proved: rapid.Bool().Draw(t, "proved"),
		}
		if rapid.Bool().Draw(t, "closed") {
			b.To = minute(from + rapid.IntRange(0, 90).Draw(t, "breach length"))
		}
		w.breaches = append(w.breaches, b)
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "mails") {
		w.record.Mails = append(w.record.Mails, duties.Mail{FailureType: w.incident.FailureType, Mark: duties.Mark{
			Name: fmt.Sprint("run", n), On: w.incident.On, At: minute(rapid.IntRange(-1600, 100).Draw(t, "mailed")),
		}})
	}
	for n := range rapid.IntRange(0, 2).Draw(t, "others") {
		at := rapid.IntRange(-50, 150).Draw(t, "at")
		w.record.Syncs = append(w.record.Syncs, duties.Mark{Name: fmt.Sprint("sync", n), On: w.incident.On, At: minute(at)})
		w.record.Schedule = append(w.record.Schedule, duties.Planned{Name: fmt.Sprint("window", n), On: w.incident.On, From: minute(at), To: minute(at + 40)})
		w.record.Disasters = append(w.record.Disasters, duties.Planned{Name: fmt.Sprint("outage", n), On: w.incident.On, From: minute(at), To: minute(at + 20)})
	}
	return w
}

// part is what is excluded, clause by clause.
func (w world) part() map[string]interval.Set {
	out := map[string]interval.Set{}
	for _, x := range w.rules.Exclude(w.incident, w.breaches, w.record) {
		out[x.Clause] = out[x.Clause].Union(interval.Of(interval.Time{From: x.From, To: x.To}))
	}
	return out
}

func same(a, b map[string]interval.Set) bool {
	for _, k := range append(keys(a), keys(b)...) {
		if !a[k].Equal(b[k]) {
			return false
		}
	}
	return true
}

func keys(m map[string]interval.Set) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// TestLaws holds for every duty of every kind: what is excluded lies in the
// incident, its derivation gives its length, a run is excluded whole or not at
// all; the order of breaches and the pieces in which they were recorded change
// nothing; more breaches exclude more; and no breach reaches another service,
// or from one unit to another where the duty concerns the unit.
func TestLaws(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		w := draw(t, r)
		measured, _ := r.Duties.Measured(w.incident.FailureType)
		for _, x := range w.rules.Exclude(w.incident, w.breaches, w.record) {
			if x.From.Before(w.incident.From) || x.To.After(w.incident.To) || !x.From.Before(x.To) {
				t.Fatalf("excludes %v to %v of an incident %v to %v", x.From, x.To, w.incident.From, w.incident.To)
			}
			if measured == terms.MeasuredRun && (!x.Whole || !x.From.Equal(w.incident.From) || !x.To.Equal(w.incident.To)) {
				t.Fatal("a run is cut")
			}
			if err := explain.Check(x.Explanation); err != nil {
				t.Fatal(err)
			}
			if last, _ := x.Explanation.Final(); last.Result != explainInt(int64(x.To.Sub(x.From)/time.Second)) {
				t.Fatalf("derivation gives %s for %s", last.Result, x.To.Sub(x.From))
			}
		}
		want := w.part()

		mixed := w
		mixed.breaches = rapid.Permutation(w.breaches).Draw(t, "order")
		if !same(want, mixed.part()) {
			t.Fatal("the order of breaches matters")
		}

		split := w
		split.breaches = nil
		for _, b := range w.breaches {
			cut := minute(rapid.IntRange(-50, 250).Draw(t, "cut"))
			if !cut.After(b.From) || (!b.To.IsZero() && !cut.Before(b.To)) {
				split.breaches = append(split.breaches, b)
				continue
			}
			first, second := b, b
			first.To, second.From, second.Name = cut, cut, b.Name+"b"
			split.breaches = append(split.breaches, first, second)
		}
		if !same(want, split.part()) {
			t.Fatal("splitting a breach matters")
		}

		if len(w.breaches) > 0 {
			less := w
			less.breaches = w.breaches[1:]
			for clause, s := range less.part() {
				if d, _ := w.rules.Duty(clause); d.ReplyHours.IsZero() && !s.Subtract(want[clause]).Empty() {
					t.Fatalf("%s: another breach makes less excluded", clause)
				}
			}
		}

		far := w
		far.breaches = slices.DeleteFunc(slices.Clone(w.breaches), func(b duties.Breach) bool {
			d, _ := w.rules.Duty(b.Clause)
			sameUnit := b.On.Unit == w.incident.On.Unit && b.On.Group == w.incident.On.Group
			return b.On.Service == w.incident.On.Service &&
				(sameUnit || w.rules.ServiceWide(d) || duties.Grouped(d) || b.On.Unit == "")
		})
		none := far
		none.breaches = nil
		if !same(far.part(), none.part()) {
			t.Fatal("the scope of a duty widened")
		}
	})
}
