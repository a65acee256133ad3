package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		cur, text string
		minor     int64
		decimal   string
	}{
		{"HKD", "1.23", 123, "1.23"},
		{"HKD", "1", 100, "1.00"},
		{"HKD", "1.5", 150, "1.50"},
		{"CNY", "-0.05", -5, "-0.05"},
		{"JPY", "1234", 1234, "1234"},
		{"KWD", "1.234", 1234, "1.234"},
		{"HKD", "-0", 0, "0.00"},
		{"HKD", "0001.20", 120, "1.20"},
		{"HKD", "10000000000000.00", money.MaxInput, "10000000000000.00"},
	} {
		m, err := money.Parse(c.cur, c.text)
		if err != nil || m != money.New(c.cur, c.minor) || m.Decimal() != c.decimal {
			t.Errorf("Parse(%s, %s) = %+v (%s), %v", c.cur, c.text, m, m.Decimal(), err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range [][3]string{
		{"HKD", "1.234", "AMOUNT_TOO_PRECISE"},
		{"HKD", "1.230", "AMOUNT_TOO_PRECISE"},
		{"JPY", "1.0", "AMOUNT_TOO_PRECISE"},
		{"XXX", "1", "UNKNOWN_CURRENCY"},
		{"hkd", "1", "UNKNOWN_CURRENCY"},
		{"", "1", "UNKNOWN_CURRENCY"},
		{"HKD", "", "BAD_AMOUNT"},
		{"HKD", "-", "BAD_AMOUNT"},
		{"HKD", ".5", "BAD_AMOUNT"},
		{"HKD", "5.", "BAD_AMOUNT"},
		{"HKD", "1e3", "BAD_AMOUNT"},
		{"HKD", "1,000", "BAD_AMOUNT"},
		{"HKD", "+1", "BAD_AMOUNT"},
		{"HKD", "--1", "BAD_AMOUNT"},
		{"HKD", " 1", "BAD_AMOUNT"},
		{"HKD", "1.2.3", "BAD_AMOUNT"},
		{"HKD", "10000000000000.01", "AMOUNT_TOO_LARGE"},
		{"HKD", "-10000000000000.01", "AMOUNT_TOO_LARGE"},
		{"HKD", "99999999999999999999999999", "AMOUNT_TOO_LARGE"},
	} {
		var bad *figures.InputError
		if m, err := money.Parse(c[0], c[1]); !errors.As(err, &bad) || bad.Reason != c[2] || m != (money.Money{}) {
			t.Errorf("Parse(%s, %s) = %v, %v", c[0], c[1], m, err)
		}
	}
	if _, err := money.ParseText("HKD1.23"); err == nil {
		t.Error("an amount without a space is accepted")
	}
}

// TestInterest is [W:10a-1] to [W:10a-3] and the tie of [W:10a-5].
func TestInterest(t *testing.T) {
	for _, c := range []struct{ base, months, half, even string }{
		{"10000", "44/30", "HKD 220.00", "HKD 220.00"},
		{"10000", "46/31", "HKD 222.58", "HKD 222.58"},
		{"10000", "0", "HKD 0.00", "HKD 0.00"},
		{"10000", "1/31", "HKD 4.84", "HKD 4.84"},
		{"1010", "1/30", "HKD 0.51", "HKD 0.50"},
	} {
		exact := ratio.MustParse(c.base).Mul(ratio.MustParse("0.015")).Mul(ratio.MustParse(c.months))
		if got := money.FromRatio("HKD", exact, ratio.HalfUp).String(); got != c.half {
			t.Errorf("%s for %s months: %s, want %s", c.base, c.months, got, c.half)
		}
		if got := money.FromRatio("HKD", exact, ratio.HalfEven).String(); got != c.even {
			t.Errorf("half-even %s for %s months: %s, want %s", c.base, c.months, got, c.even)
		}
	}
	if got := money.FromRatio("JPY", ratio.MustParse("2.5"), ratio.HalfUp); got != money.New("JPY", 3) {
		t.Errorf("no minor unit: %v", got)
	}
}

func TestJSON(t *testing.T) {
	text, err := json.Marshal(money.New("HKD", 123))
	if err != nil || string(text) != `{"currency":"HKD","minor":"123"}` {
		t.Errorf("%s, %v", text, err)
	}
	for _, bad := range []string{
		`{"currency":"HKD","minor":123}`, `{"currency":"HKD","minor":"1.5"}`, `{"currency":"ZZZ","minor":"1"}`,
		`{"currency":"","minor":"1"}`, `"HKD 1.23"`, `{"currency":"HKD","minor":"9223372036854775808"}`,
	} {
		m := money.New("HKD", 7)
		if json.Unmarshal([]byte(bad), &m) == nil || m != money.New("HKD", 7) {
			t.Errorf("%s read as %v", bad, m)
		}
	}
}

func TestNothing(t *testing.T) {
	var none money.Money
	one := money.New("HKD", 100)
	if none.Add(one) != one || one.Sub(none) != one || !none.Ratio().IsZero() || none.String() != "0" || none.Cmp(one) != -1 {
		t.Error("the zero value is not neutral")
	}
	if money.Sum("HKD") != money.Zero("HKD") || money.Sum("HKD", one, one).Minor != 200 || money.Max(one, none) != one || money.Min(one, none) != none {
		t.Error("sum, greatest or least")
	}
}

func TestPanics(t *testing.T) {
	hkd, most := money.New("HKD", 1), money.New("HKD", math.MaxInt64)
	for name, f := range map[string]func(){
		"two currencies":   func() { hkd.Add(money.New("CNY", 1)) },
		"compare":          func() { hkd.Cmp(money.Zero("CNY")) },
		"overflow":         func() { most.Add(hkd) },
		"underflow":        func() { most.Neg().Sub(hkd).Sub(hkd) },
		"negate":           func() { money.New("HKD", math.MinInt64).Neg() },
		"unknown currency": func() { money.New("ZZZ", 1) },
		"does not fit":     func() { money.FromRatio("HKD", ratio.Int(math.MaxInt64), ratio.HalfUp) },
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
		cur := rapid.SampledFrom([]string{"HKD", "CNY", "USD", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		m := money.New(cur, rapid.Int64Range(-money.MaxInput, money.MaxInput).Draw(t, "minor"))
		if back, err := money.ParseText(m.String()); err != nil || back != m {
			t.Fatalf("%v parsed as %v, %v", m, back, err)
		}
		if back := money.FromRatio(cur, m.Ratio(), ratio.Down); back != m {
			t.Fatalf("%v as a ratio is %v", m, back)
		}
		text, _ := json.Marshal(m)
		var back money.Money
		if err := json.Unmarshal(text, &back); err != nil || back != m {
			t.Fatalf("%s read as %v, %v", text, back, err)
		}
		n := money.New(cur, rapid.Int64Range(-money.MaxInput, money.MaxInput).Draw(t, "other"))
		if m.Add(n).Sub(n) != m || m.Cmp(n) != -n.Cmp(m) || m.Sub(n).Sign() != m.Cmp(n) || m.Abs().Sign() < 0 {
			t.Fatal("sums and order disagree")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.23", "-0.01", "1e3", "", "10000000000000.01", "00000000000000000000001"} {
		f.Add("HKD", s)
	}
	f.Add("JPY", "12")
	f.Fuzz(func(t *testing.T, cur, s string) {
		m, err := money.Parse(cur, s)
		if err != nil {
			return
		}
		if m.Minor > money.MaxInput || m.Minor < -money.MaxInput || !m.Ratio().Equal(ratio.MustParse(s)) {
			t.Errorf("Parse(%q, %q) = %v", cur, s, m)
		}
		if back, err := money.ParseText(m.String()); err != nil || back != m {
			t.Errorf("%v parsed as %v, %v", m, back, err)
		}
	})
}
