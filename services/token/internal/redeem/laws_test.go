package redeem_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/token/internal/redeem"
)

// TestOrderDoesNotMatter: single-unit uses at one overage price come to the same
// totals in whatever order they arrive.
func TestOrderDoesNotMatter(t *testing.T) {
	p := policy(t, "C2C_BACKUP", nil)
	rapid.Check(t, func(rt *rapid.T) {
		tokens := rapid.IntRange(0, 8).Draw(rt, "tokens")
		units := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 30).Draw(rt, "uses")
		totals := func(order []string) string {
			b := newBook(p, tokens)
			price := 0
			for _, u := range order {
				plan, err := redeem.PlanUse(p, b.service, redeem.Use{Operation: terms.OpBackup, Units: []string{u}}, now)
				if err != nil {
					rt.Fatal(err)
				}
				agreed := &redeem.Overage{Operation: terms.OpBackup, Ledger: u, Agreed: true}
				got, err := redeem.Take(p, plan, []*redeem.Lot{b.lots[u]}, agreed, false)
				if err != nil {
					rt.Fatal(err)
				}
				if got.Beyond {
					price += 300
				}
			}
			out := fmt.Sprint(price)
			for _, u := range []string{"a", "b", "c"} {
				f := b.lots[u].Booked()
				if err := f.Check(); err != nil {
					rt.Fatal(err)
				}
				out += fmt.Sprintf(" %+v", f)
			}
			return out
		}
		if a, b := totals(units), totals(rapid.Permutation(units).Draw(rt, "order")); a != b {
			rt.Fatalf("%s, in another order %s", a, b)
		}
	})
}

// TestArrange: the ordinals of a year are 1 to n after any change; what stays
// keeps its place unless a gap must be filled; and Moves names exactly what
// became or ceased to be overage.
func TestArrange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(rt, "n")
		var before []redeem.Demand
		next := map[int]int{}
		for i := range n {
			y := rapid.IntRange(0, 2).Draw(rt, "year")
			next[y]++
			before = append(before, redeem.Demand{ID: fmt.Sprint(i), Tokens: 1, Year: y, Ordinal: next[y], Held: rapid.Bool().Draw(rt, "held")})
		}
		gone := rapid.IntRange(0, n).Draw(rt, "gone")
		if gone < n {
			before = slices.Delete(before, gone, gone+1)
		}
		to := map[string]int{}
		for _, d := range before {
			to[d.ID] = d.Year
			if rapid.IntRange(0, 3).Draw(rt, "moves") == 0 {
				to[d.ID] = rapid.IntRange(0, 2).Draw(rt, "to")
			}
		}
		after := redeem.Arrange(before, func(d redeem.Demand) int { return to[d.ID] })
		places := map[int][]int{}
		for _, d := range after {
			if d.Year != to[d.ID] {
				rt.Fatalf("%+v is of year %d", d, to[d.ID])
			}
			places[d.Year] = append(places[d.Year], d.Ordinal)
		}
		for y, ps := range places {
			slices.Sort(ps)
			for i, p := range ps {
				if p != i+1 {
					rt.Fatalf("year %d has the ordinals %v", y, ps)
				}
			}
		}
		was, now := rapid.IntRange(0, 6).Draw(rt, "was"), rapid.IntRange(0, 6).Draw(rt, "now")
		moves := map[string]redeem.Move{}
		for _, m := range redeem.Moves(before, after, func(int) int { return was }, func(int) int { return now }) {
			moves[m.Demand.ID] = m
		}
		for i, a := range after {
			b := before[i]
			m, told := moves[a.ID]
			same := b.Year == a.Year && b.Ordinal == a.Ordinal
			wasOver, isOver := b.Ordinal > was, a.Ordinal > now
			if told == (same && wasOver == isOver) {
				rt.Fatalf("%+v to %+v is told: %v", b, a, told)
			}
			if told && (m.Became() != (isOver && (!wasOver || !same)) || m.Ceased() != (wasOver && (!isOver || !same))) {
				rt.Fatalf("%+v to %+v: became %v, ceased %v", b, a, m.Became(), m.Ceased())
			}
		}
	})
}
