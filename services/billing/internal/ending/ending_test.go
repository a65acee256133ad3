package ending_test

import (
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/ending"
	"cloudpact.dev/services/figures/date"
)

func TestMerge(t *testing.T) {
	day := date.MustParse("2024-07-20")
	notice := ending.Candidate{LastDay: day, Cause: ending.CustomerNotice, Clause: "cpc/34"}
	e, changed := ending.Merge(ending.End{}, notice)
	if !changed || e.Candidate != notice || e.Version != 1 {
		t.Fatalf("%+v", e)
	}
	if again, changed := ending.Merge(e, notice); changed || again != e {
		t.Error("the same candidates change the end")
	}
	later := ending.Candidate{LastDay: day.AddDays(1), Cause: ending.Breach, Clause: "cpc/31(ii)"}
	if _, changed := ending.Merge(e, notice, later); changed {
		t.Error("a later end wins")
	}
	same := ending.Candidate{LastDay: day, Cause: ending.Breach, Clause: "cpc/31(ii)"}
	if got, changed := ending.Merge(e, notice, same); !changed || got.Cause != ending.Breach || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	gone, changed := ending.Merge(e)
	if !changed || !gone.LastDay.IsZero() || gone.Version != 2 {
		t.Errorf("%+v", gone)
	}
	if _, changed := ending.Merge(ending.End{}); changed {
		t.Error("nothing changes nothing")
	}
}

// TestOrderDoesNotMatter: the end that stands does not depend on the order of
// the candidates, and is the earliest of them.
func TestOrderDoesNotMatter(t *testing.T) {
	causes := []string{ending.Breach, ending.CustomerNotice, ending.ProviderNotice, ending.Expiry}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		var all []ending.Candidate
		for range n {
			all = append(all, ending.Candidate{
				LastDay: date.New(2024, 1, 1).AddDays(rapid.IntRange(0, 3).Draw(t, "day")),
				Cause:   rapid.SampledFrom(causes).Draw(t, "cause"),
			})
		}
		a, _ := ending.Merge(ending.End{}, all...)
		b, _ := ending.Merge(ending.End{}, rapid.Permutation(all).Draw(t, "shuffled")...)
		if a != b {
			t.Fatalf("%+v and %+v", a, b)
		}
		for _, c := range all {
			if c.LastDay.Before(a.LastDay) {
				t.Fatalf("%+v is earlier than %+v", c, a)
			}
		}
	})
}
