package clock_test

import (
	"testing"
	"time"

	"cloudpact.dev/services/kit/clock"
)

func TestSystemIsUTCMicroseconds(t *testing.T) {
	now := clock.System{}.Now()
	if now.Location() != time.UTC || now.Nanosecond()%1000 != 0 {
		t.Errorf("now is %v", now)
	}
}

func TestTruncate(t *testing.T) {
	hkt := time.FixedZone("HKT", 8*3600)
	got := clock.Truncate(time.Date(2026, 1, 1, 8, 0, 0, 1999, hkt))
	if want := time.Date(2026, 1, 1, 0, 0, 0, 1000, time.UTC); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if !clock.Truncate(time.Time{}).IsZero() {
		t.Error("the zero instant is not zero any more")
	}
}

func TestFixed(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := clock.At(start)
	c.Add(time.Hour)
	if got := c.Now(); got != start.Add(time.Hour) {
		t.Errorf("got %v", got)
	}
	c.Set(start)
	if got := c.Now(); got != start {
		t.Errorf("got %v", got)
	}
}
