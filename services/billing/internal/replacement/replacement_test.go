package replacement_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/replacement"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

func day(s string) date.Date { return date.MustParse(s) }

func TestOwed(t *testing.T) {
	r := cpctest.Terms(t, nil)
	price := money.MustParse("HKD", "7200.00")
	for _, c := range []struct {
		tag      string
		in       replacement.Case
		want, by string
	}{
		{"W:18-1", replacement.Case{Delivered: day("2024-01-10"), Event: day("2024-05-03"), Demanded: day("2024-05-06")}, "7200.00", "2024-05-20"},
		{"W:18-2", replacement.Case{Delivered: day("2024-01-10"), Event: day("2024-01-09"), Demanded: day("2024-01-10")}, "0.00", ""},
		{"W:18-2", replacement.Case{Delivered: day("2024-01-10"), Event: day("2024-05-03"), Wear: true, Demanded: day("2024-05-06")}, "0.00", ""},
		{"W:21-1", replacement.Case{Delivered: day("2024-01-10"), Demanded: day("2024-02-16")}, "7200.00", "2024-03-01"},
		{"W:21-1", replacement.Case{Delivered: day("2023-01-10"), Demanded: day("2023-02-16")}, "7200.00", "2023-03-02"},
		{"C16", replacement.Case{Delivered: day("2024-01-10"), Demanded: day("2024-02-16"), Charged: price}, "0.00", ""},
	} {
		c.in.Price = price
		got, by := replacement.Owed(r, c.in)
		if got != money.MustParse("HKD", c.want) || by.String() != c.by {
			t.Errorf("%s: %s by %s", c.tag, got, by)
		}
	}
}
