package charging_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/charging"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpctest"
)

func drawFacts(t *rapid.T) charging.Facts {
	scd := date.New(2024, 1, 1).AddDays(rapid.IntRange(0, 400).Draw(t, "scd"))
	base := price(terms.ItemRecurrent, "777.77")
	base.PeriodMonths = rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "period")
	if rapid.Bool().Draw(t, "offer") {
		base.Offers = []tariff.Offer{{
			ID: "o", Discount: ratio.Of(int64(rapid.IntRange(1, 10).Draw(t, "tenths")), 10),
			FromMonth: rapid.IntRange(0, 3).Draw(t, "from"), Months: rapid.IntRange(0, 8).Draw(t, "months"),
		}}
	}
	vm := price(terms.ItemRecurrent, "100.01")
	vm.ID, vm.PerUnit = "vm", true
	s := service(scd.String(), rapid.IntRange(1, 20).Draw(t, "term"), base, vm, price(terms.ItemSetup, "50"),
		tariff.Price{ID: "gb", Item: terms.ItemUsage, Amount: ratio.MustParse("0.125"), Meter: "gb"})
	s.Units = []tariff.Unit{{ID: "a"}, {ID: "b", Added: scd.AddDays(rapid.IntRange(0, 300).Draw(t, "added"))}}
	f := charging.Facts{Currency: "HKD", Subscription: s}
	for range rapid.IntRange(0, 10).Draw(t, "uses") {
		f.Usage = append(f.Usage, charging.Usage{Meter: "gb", Day: scd.AddDays(rapid.IntRange(-5, 400).Draw(t, "day")), Quantity: ratio.Int(rapid.Int64Range(0, 99).Draw(t, "n"))})
	}
	if rapid.Bool().Draw(t, "ends") {
		f.Subscription.LastDay = scd.AddDays(rapid.IntRange(0, 500).Draw(t, "last"))
		f.Subscription.EndCause = rapid.SampledFrom([]string{"EXPIRY", "BREACH", "PROVIDER_NOTICE"}).Draw(t, "cause")
	}
	return f
}

// book is a ledger of charges in memory.
type book map[string]charging.Was

func (b book) run(t *rapid.T, r terms.Resolved, f charging.Facts, on date.Date) []charging.Entry {
	should, _ := charging.Should(r, f, charging.Window{Through: on})
	diff := charging.Difference(should, b, on)
	for _, e := range diff {
		if err := explain.Check(e.Explanation); err != nil {
			t.Fatalf("%s: %v", e.Identity, err)
		}
		if last, _ := e.Explanation.Final(); !ratio.MustParse(last.Result).Equal(e.Amount.Ratio()) {
			t.Fatalf("%s: derived %s, charged %s", e.Identity, last.Result, e.Amount)
		}
		w := b[e.Identity]
		if e.Sequence != w.Sequence+1 {
			t.Fatalf("%s: number %d after %d", e.Identity, e.Sequence, w.Sequence)
		}
		if w.Sequence == 0 {
			w.Charge, w.Total = e.Charge, money.Zero("HKD")
		}
		w.Sequence, w.Total = e.Sequence, w.Total.Add(e.Amount)
		b[e.Identity] = w
	}
	return diff
}

func sums(cs []charging.Charge) map[string]money.Money {
	out := map[string]money.Money{}
	for _, c := range cs {
		out[c.Identity] = c.Amount
	}
	return out
}

// TestTwice: running billing twice writes nothing, and going day by day through
// windows gives what one run gives.
func TestTwice(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		from := f.Subscription.Commencement
		b := book{}
		mid := from.AddDays(rapid.IntRange(0, 300).Draw(t, "mid"))
		on := mid.AddDays(rapid.IntRange(0, 300).Draw(t, "on"))
		b.run(t, r, f, mid)
		b.run(t, r, f, on)
		if again := b.run(t, r, f, on); len(again) != 0 {
			t.Fatalf("the second run writes %v", again)
		}
		whole, _ := charging.Should(r, f, charging.Window{Through: on})
		first, _ := charging.Should(r, f, charging.Window{Through: mid})
		rest, _ := charging.Should(r, f, charging.Window{After: mid, Through: on})
		parts := sums(append(first, rest...))
		all := sums(whole)
		if len(parts) != len(all) || len(first)+len(rest) != len(whole) {
			t.Fatalf("%d charges in parts, %d at once", len(parts), len(all))
		}
		for id, m := range all {
			if parts[id] != m {
				t.Fatalf("%s: %s in parts, %s at once", id, parts[id], m)
			}
		}
	})
}

// TestLateFact: after a late fact the recomputation writes exactly the
// difference, whatever was written before and in which order facts came.
func TestLateFact(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		on := f.Subscription.Commencement.AddDays(rapid.IntRange(0, 600).Draw(t, "on"))
		late := f
		late.Subscription.LastDay, late.Usage = date.Date{}, nil
		if rapid.Bool().Draw(t, "moved") {
			late.Subscription.Commencement = f.Subscription.Commencement.AddDays(rapid.IntRange(-30, 30).Draw(t, "by"))
		}
		b, direct := book{}, book{}
		b.run(t, r, late, on)
		b.run(t, r, f, on)
		direct.run(t, r, f, on)
		for id, w := range b {
			want := money.Zero("HKD")
			if d, ok := direct[id]; ok {
				want = d.Total
			}
			if w.Total != want {
				t.Fatalf("%s: %s, want %s", id, w.Total, want)
			}
		}
		for id := range direct {
			if _, ok := b[id]; !ok {
				t.Fatalf("%s is missing", id)
			}
		}
	})
}

// TestDaysAddUp: the charges of whole service are those of its days: nothing is
// charged twice and nothing left out where a period is cut by an end.
func TestDaysAddUp(t *testing.T) {
	r := cpctest.Terms(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		rates := tariff.Rates{R: r, S: f.Subscription}
		a := f.Subscription.Commencement.AddDays(rapid.IntRange(0, 200).Draw(t, "a"))
		c := a.AddDays(rapid.IntRange(0, 400).Draw(t, "c"))
		m := a.AddDays(rapid.IntRange(0, c.Sub(a)).Draw(t, "b"))
		b := explain.New()
		sum := func(x, y date.Date) ratio.Ratio {
			return rates.Sum(b, date.Span{From: x, To: y}, tariff.Contract).Ratio()
		}
		if !sum(a, c).Equal(sum(a, m).Add(sum(m, c))) {
			t.Fatalf("[%s, %s) is not the sum of its parts at %s", a, c, m)
		}
	})
}
