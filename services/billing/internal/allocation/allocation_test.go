package allocation_test

import (
	"math/rand"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
)

func hkd(n int64) money.Money { return money.New("HKD", n) }

func day(s string) date.Date { return date.MustParse(s) }

func TestApply(t *testing.T) {
	open := []allocation.Open{
		{ID: "a", Due: day("2024-03-01"), Charges: hkd(100), Interest: hkd(5)},
		{ID: "b", Due: day("2024-04-01"), Charges: hkd(50), Interest: hkd(0)},
		{ID: "c", Due: day("2024-02-01"), Charges: hkd(0), Interest: hkd(7)},
	}
	for i := range open {
		open[i].Other = hkd(0)
	}
	open = append(open, allocation.Open{ID: "loss", Due: day("2024-01-01"), Charges: hkd(0), Other: hkd(30), Interest: hkd(0)})
	for _, c := range []struct {
		amount int64
		named  []string
		want   map[string]int64
		left   int64
	}{
		{120, nil, map[string]int64{"a": 100, "b": 20}, 0},
		{190, nil, map[string]int64{"a": 103, "b": 50, "c": 7, "loss": 30}, 0},
		{170, nil, map[string]int64{"a": 100, "b": 50, "loss": 20}, 0},
		{70, []string{"b"}, map[string]int64{"a": 20, "b": 50}, 0},
		{230, []string{"c", "a"}, map[string]int64{"a": 105, "b": 50, "c": 7, "loss": 30}, 38},
	} {
		shares, left := allocation.Apply(open, hkd(c.amount), c.named)
		if left != hkd(c.left) || len(shares) != len(c.want) {
			t.Errorf("%d %v: %v, left %s", c.amount, c.named, shares, left)
		}
		for _, s := range shares {
			if s.Amount != hkd(c.want[s.ID]) {
				t.Errorf("%d %v: %s gets %s", c.amount, c.named, s.ID, s.Amount)
			}
		}
	}
}

// TestReplay: nothing is allocated beyond what is received or owed, and the order
// in which receipts were recorded changes nothing.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on := func(name string) date.Date { return day("2024-01-01").AddDays(rapid.IntRange(0, 120).Draw(t, name)) }
		var docs []allocation.Doc
		for i := range rapid.IntRange(0, 5).Draw(t, "docs") {
			issued := on("issued")
			docs = append(docs, allocation.Doc{
				ID: string(rune('a' + i)), Issued: issued, Due: issued.AddDays(30),
				Charges: hkd(rapid.Int64Range(0, 500).Draw(t, "charges")), Other: hkd(rapid.Int64Range(0, 90).Draw(t, "other")), Interest: hkd(rapid.Int64Range(0, 50).Draw(t, "interest")),
			})
		}
		var in []allocation.Receipt
		for i := range rapid.IntRange(0, 6).Draw(t, "receipts") {
			r := allocation.Receipt{ID: string(rune('p' + i)), Date: on("value"), Amount: hkd(rapid.Int64Range(1, 700).Draw(t, "amount"))}
			if len(docs) > 0 && rapid.Bool().Draw(t, "names") {
				r.Named = []string{docs[rapid.IntRange(0, len(docs)-1).Draw(t, "doc")].ID}
			}
			in = append(in, r)
		}
		res := allocation.Replay(docs, in)
		check(t, docs, in, res)
		shuffled := append([]allocation.Receipt(nil), in...)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		other := allocation.Replay(docs, shuffled)
		for id, m := range res.Left {
			if other.Left[id] != m {
				t.Fatalf("%s: %s left, in another order %s", id, m, other.Left[id])
			}
		}
	})
}

func check(t *rapid.T, docs []allocation.Doc, in []allocation.Receipt, res allocation.Result) {
	used := map[string]money.Money{}
	for _, d := range docs {
		sum := hkd(0)
		for _, s := range res.Settled[d.ID] {
			sum = sum.Add(s.Amount)
			used[s.Receipt] = used[s.Receipt].Add(s.Amount)
			if s.Date.Before(d.Issued) && s.Amount.Sign() > 0 {
				t.Fatalf("%s is settled before it was issued", d.ID)
			}
		}
		if sum.Cmp(d.Charges.Add(d.Other).Add(d.Interest)) > 0 {
			t.Fatalf("%s of %s is settled on %s", sum, d.Charges.Add(d.Other).Add(d.Interest), d.ID)
		}
	}
	for _, r := range in {
		if hkd(0).Add(used[r.ID]).Add(res.Left[r.ID]) != r.Amount {
			t.Fatalf("%s: %s used and %s left of %s", r.ID, used[r.ID], res.Left[r.ID], r.Amount)
		}
	}
}
