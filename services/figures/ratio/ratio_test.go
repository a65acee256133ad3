package ratio_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/ratio"
)

func any64(t *rapid.T, name string) ratio.Ratio {
	return ratio.Of(rapid.Int64().Draw(t, name), rapid.Int64Range(1, math.MaxInt64).Draw(t, name+" below"))
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"6/31": "6/31", "12/62": "6/31", "0.015": "3/200", "-3": "-3", "-0": "0", "007": "7", "-1/2": "-1/2", "4/2": "2", "1.50": "3/2",
	} {
		got, err := ratio.Parse(text)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	bad := []string{
		"", "-", "+1", " 1", "1 ", "1/0", "1/-2", "1/", "/2", ".5", "5.", "1.2/3", "1/2/3", "1.2.3", "1e9", "0x10", "1_000",
		"1,5", "--1", "NaN", "Inf", "\u0661", strings.Repeat("9", ratio.MaxText+1),
	}
	for _, text := range bad {
		var bad *figures.InputError
		if r, err := ratio.Parse(text); !errors.As(err, &bad) || bad.Reason != "BAD_RATIO" || len(bad.Input) > 70 || !r.IsZero() {
			t.Errorf("Parse(%.20q) = %v, %v", text, r, err)
		}
	}
}

func TestZeroValue(t *testing.T) {
	var z ratio.Ratio
	if z.String() != "0" || !z.IsZero() || !z.Equal(ratio.Int(0)) || z.Add(ratio.Int(2)).String() != "2" || z.Decimal(2, ratio.HalfUp) != "0.00" {
		t.Errorf("the zero value is not 0: %v", z)
	}
	if one := z.Pow(0); one.String() != "1" {
		t.Errorf("0^0 = %v", one)
	}
}

func TestRounding(t *testing.T) {
	modes := []ratio.Mode{ratio.HalfUp, ratio.HalfEven, ratio.Floor, ratio.Ceil, ratio.Down, ratio.Up}
	for in, want := range map[string][6]string{
		"2.5":  {"3", "2", "2", "3", "2", "3"},
		"3.5":  {"4", "4", "3", "4", "3", "4"},
		"-2.5": {"-3", "-2", "-3", "-2", "-2", "-3"},
		"2.4":  {"2", "2", "2", "3", "2", "3"},
		"-2.4": {"-2", "-2", "-3", "-2", "-2", "-3"},
		"-2.6": {"-3", "-3", "-3", "-2", "-2", "-3"},
		"0.5":  {"1", "0", "0", "1", "0", "1"},
		"7":    {"7", "7", "7", "7", "7", "7"},
	} {
		for i, m := range modes {
			if got := ratio.MustParse(in).Round(0, m).String(); got != want[i] {
				t.Errorf("%s %s = %s, want %s", m, in, got, want[i])
			}
		}
	}
}

// TestTie is [W:10a-5]: 1,010.00 for one day of a 30-day month at 1.5 %.
func TestTie(t *testing.T) {
	interest := ratio.Int(1010).Mul(ratio.MustParse("0.015")).Mul(ratio.Of(1, 30))
	if interest.String() != "101/200" {
		t.Fatalf("exact interest %v", interest)
	}
	for mode, want := range map[ratio.Mode]string{ratio.HalfUp: "0.51", ratio.HalfEven: "0.50", "": "0.51"} {
		if got := interest.Decimal(2, mode); got != want {
			t.Errorf("%q: %s, want %s", mode, got, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   string
	}{{"1/3", 4, "0.3333"}, {"-1/300", 2, "0.00"}, {"-1/3", 2, "-0.33"}, {"1234567.891", 2, "1234567.89"}, {"5", 0, "5"}, {"0.05", 1, "0.1"}} {
		if got := ratio.MustParse(c.in).Decimal(c.places, ratio.HalfUp); got != c.want {
			t.Errorf("%s to %d places: %s, want %s", c.in, c.places, got, c.want)
		}
	}
	if got := ratio.Int(1250).Round(-2, ratio.HalfEven).String(); got != "1200" {
		t.Errorf("to hundreds: %s", got)
	}
}

func TestWhole(t *testing.T) {
	for text, want := range map[string]int64{"4/2": 2, "-9223372036854775808": math.MinInt64, "1/2": 0, "9223372036854775808": 0} {
		r := ratio.MustParse(text)
		if n, ok := r.Int64(); n != want || ok != (want != 0) {
			t.Errorf("%s as a whole number: %d, %t", text, n, ok)
		}
	}
	r := ratio.MustParse("-44/30")
	if r.Num().Int64() != -22 || r.Denom().Int64() != 15 || r.Bits() != 5 || r.Neg().String() != "22/15" || r.RoundInt(ratio.HalfUp) != -1 {
		t.Errorf("%v over %v", r.Num(), r.Denom())
	}
	r.Num().SetInt64(7)
	if r.String() != "-22/15" {
		t.Error("a ratio can be changed from outside")
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"Of":       func() { ratio.Of(1, 0) },
		"Div":      func() { ratio.Int(1).Div(ratio.Ratio{}) },
		"Pow":      func() { ratio.Int(2).Pow(-1) },
		"Round":    func() { ratio.Int(1).Round(0, "SIDEWAYS") },
		"RoundInt": func() { ratio.Int(math.MaxInt64).Mul(ratio.Int(2)).RoundInt(ratio.HalfUp) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := any64(t, "a").Mul(any64(t, "b"))
		if b, err := ratio.Parse(a.String()); err != nil || !b.Equal(a) {
			t.Fatalf("%v parsed as %v, %v", a, b, err)
		}
		text, err := json.Marshal(map[string]ratio.Ratio{"v": a})
		var back map[string]ratio.Ratio
		if err != nil || json.Unmarshal(text, &back) != nil || !back["v"].Equal(a) {
			t.Fatalf("%v as JSON is %s, %v", a, text, err)
		}
	})
}

func TestField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := any64(t, "a"), any64(t, "b"), any64(t, "c")
		if !a.Add(b).Sub(b).Equal(a) || !a.Mul(b.Add(c)).Equal(a.Mul(b).Add(a.Mul(c))) {
			t.Fatal("addition does not behave")
		}
		if !b.IsZero() && !a.Div(b).Mul(b).Equal(a) {
			t.Fatal("division does not undo multiplication")
		}
		if ratio.Max(a, b).Cmp(ratio.Min(a, b)) < 0 || !ratio.Sum(a, b, c).Equal(a.Add(b).Add(c)) {
			t.Fatal("order or sum")
		}
		if !a.Pow(3).Equal(a.Mul(a).Mul(a)) {
			t.Fatal("power")
		}
	})
}

func TestRoundIsNear(t *testing.T) {
	modes := []ratio.Mode{ratio.HalfUp, ratio.HalfEven, ratio.Floor, ratio.Ceil, ratio.Down, ratio.Up}
	rapid.Check(t, func(t *rapid.T) {
		a, places := any64(t, "a"), rapid.IntRange(-6, 8).Draw(t, "places")
		unit := ratio.MustParse("1/10").Pow(max(places, 0)).Mul(ratio.Int(10).Pow(max(-places, 0)))
		for _, m := range modes {
			r := a.Round(places, m)
			limit := unit
			if m == ratio.HalfUp || m == ratio.HalfEven {
				limit = unit.Div(ratio.Int(2))
			}
			if r.Sub(a).Abs().Cmp(limit) > 0 || !r.Div(unit).IsInt() || !r.Round(places, m).Equal(r) {
				t.Fatalf("%s of %v to %d places is %v", m, a, places, r)
			}
			if places >= 0 && !ratio.MustParse(a.Decimal(places, m)).Equal(r) {
				t.Fatalf("Decimal and Round differ for %v", a)
			}
		}
		if a.Round(places, ratio.Floor).Cmp(a) > 0 || a.Round(places, ratio.Ceil).Cmp(a) < 0 {
			t.Fatal("floor or ceiling on the wrong side")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"6/31", "0.015", "-3", "1e9", "1/0", "", "-", "--1", "1/2/3", "999999999999999999999/7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ratio.Parse(s)
		if err != nil {
			return
		}
		if back, err := ratio.Parse(r.String()); err != nil || !back.Equal(r) {
			t.Errorf("%q read as %v, which reads as %v, %v", s, r, back, err)
		}
	})
}

func BenchmarkMulAdd(b *testing.B) {
	price, share, total := ratio.MustParse("1234.56"), ratio.Of(14, 31), ratio.Ratio{}
	for b.Loop() {
		total = ratio.Max(price.Mul(share), total)
	}
}
