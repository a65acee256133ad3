package interval_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/interval"
)

var zero = time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return zero.Add(time.Duration(minute) * time.Minute) }

func span(from, to int) interval.Time { return interval.Time{From: at(from), To: at(to)} }

func TestNormal(t *testing.T) {
	s := interval.Of(span(30, 40), span(0, 10), span(10, 20), span(35, 37), span(50, 50), span(70, 60))
	want := []interval.Time{span(0, 20), span(30, 40)}
	if got := s.All(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] || s.Len() != 2 {
		t.Errorf("%v", got)
	}
	if s.Total() != 30*time.Minute || !s.Contains(at(0)) || s.Contains(at(20)) || s.Contains(at(-1)) || !s.Contains(at(39)) || s.Contains(at(99)) {
		t.Error("total or membership")
	}
	s.All()[0] = span(0, 99)
	if s.Total() != 30*time.Minute {
		t.Error("a set can be changed from outside")
	}
	var none interval.Set
	if !none.Empty() || none.Total() != 0 || !none.Equal(interval.Of()) || !none.Union(s).Equal(s) || none.Contains(at(0)) {
		t.Error("the zero value is not the empty set")
	}
}

func TestZones(t *testing.T) {
	hk := time.FixedZone("HKT", 8*3600)
	s := interval.Of(interval.Time{From: at(0).In(hk), To: at(10).In(hk)})
	if !s.Equal(interval.Of(span(0, 10))) || s.All()[0] != span(0, 10) {
		t.Errorf("%v", s.All())
	}
}

func TestJSON(t *testing.T) {
	s := interval.Of(span(0, 10), span(20, 30))
	text, err := json.Marshal(s)
	var back interval.Set
	if err != nil || json.Unmarshal(text, &back) != nil || !back.Equal(s) {
		t.Errorf("%s, %v", text, err)
	}
	if text, _ := json.Marshal(interval.Set{}); string(text) != "[]" {
		t.Errorf("the empty set is %s", text)
	}
	if json.Unmarshal([]byte(`[{"from":"yesterday"}]`), &back) == nil {
		t.Error("a bad instant is read")
	}
}

func set(t *rapid.T, name string) interval.Set {
	var all []interval.Time
	for _, from := range rapid.SliceOfN(rapid.IntRange(0, 60), 0, 8).Draw(t, name) {
		all = append(all, span(from, from+rapid.IntRange(0, 12).Draw(t, name+" length")))
	}
	return interval.Of(all...)
}

// TestLaws compares every operation, minute by minute, with what it means, and
// checks the laws of sets.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := set(t, "a"), set(t, "b"), set(t, "c")
		union, both, less := a.Union(b), a.Intersect(b), a.Subtract(b)
		for m := -1; m < 80; m++ {
			x, inA, inB := at(m), a.Contains(at(m)), b.Contains(at(m))
			if union.Contains(x) != (inA || inB) || both.Contains(x) != (inA && inB) || less.Contains(x) != (inA && !inB) {
				t.Fatalf("minute %d: in a %t, in b %t", m, inA, inB)
			}
		}
		for _, s := range []interval.Set{union, both, less} {
			all := s.All()
			for i, x := range all {
				if x.Empty() || i > 0 && !all[i-1].To.Before(x.From) {
					t.Fatalf("not normal: %v", all)
				}
			}
		}
		switch {
		case union.Total() != a.Total()+b.Total()-both.Total():
			t.Fatal("inclusion and exclusion")
		case less.Total() != a.Total()-both.Total():
			t.Fatal("difference and total")
		case !union.Equal(b.Union(a)) || !both.Equal(b.Intersect(a)):
			t.Fatal("order matters")
		case !a.Subtract(b.Union(c)).Equal(a.Subtract(b).Subtract(c)):
			t.Fatal("subtracting a union")
		case !a.Intersect(b.Union(c)).Equal(both.Union(a.Intersect(c))):
			t.Fatal("distribution")
		case !less.Union(both).Equal(a) || !less.Intersect(b).Empty():
			t.Fatal("difference and intersection do not make up the whole")
		case !a.Union(a).Equal(a) || !a.Intersect(a).Equal(a) || !a.Subtract(a).Empty():
			t.Fatal("a set with itself")
		case !a.Clip(span(10, 40)).Equal(a.Intersect(interval.Of(span(10, 40)))):
			t.Fatal("clip")
		}
	})
}
