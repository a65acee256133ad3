package db_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/kit/db"
)

func TestParseDecimal(t *testing.T) {
	for in, want := range map[string]db.Decimal{
		"0": "0", "-0": "0", "00.50": "0.5", "-1.250": "-1.25", "12": "12", "0.000000000000000001": "0.000000000000000001",
	} {
		got, err := db.ParseDecimal(in)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-", ".5", "5.", "1e3", "+1", "1,5", "--1", " 1", "0.0000000000000000001", "123456789012345678901"} {
		if got, err := db.ParseDecimal(in); err == nil {
			t.Errorf("%q was read as %q", in, got)
		}
	}
}

func TestDecimalRefusesFloats(t *testing.T) {
	var d db.Decimal
	if err := d.Scan(0.1); err == nil {
		t.Errorf("a float was read as %q", d)
	}
}

// Text order is time order, and nothing is lost.
func TestTimeSortsAsText(t *testing.T) {
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(-62_135_596_799_000_000, 253_402_300_799_999_999).Draw(t, "microseconds")).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := instant.Draw(t, "a"), instant.Draw(t, "b")
		if (db.Time(a).String() < db.Time(b).String()) != a.Before(b) {
			t.Fatalf("%v and %v sort otherwise as text", a, b)
		}
		var back db.Time
		if err := back.Scan(db.Time(a).String()); err != nil || !back.Time().Equal(a) {
			t.Fatalf("%v came back as %v, %v", a, back, err)
		}
	})
}

func TestTimeRefusesYears(t *testing.T) {
	for _, y := range []int{-1, 10000} {
		if v, err := db.Time(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)).Value(); err == nil {
			t.Errorf("year %d became %v", y, v)
		}
	}
}
