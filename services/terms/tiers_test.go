package terms_test

import (
	"strings"
	"testing"

	"cloudpact.dev/services/terms"
)

// table is a table of the shape that agreements print: limits and credits, with
// a column of hours for a month of thirty days beside them.
func table() terms.Tiers {
	return terms.Tiers{ID: "single", Clause: "acme/1", Quantity: "AVAILABILITY", From: "0", To: "1", Gives: "PERCENT", ReferenceDays: 30, Rows: []terms.Tier{
		{AtLeast: "0.995", Value: "0", ReferenceUpToHours: "3.6"},
		{AtLeast: "0.990", Below: "0.995", Value: "5", ReferenceOverHours: "3.6", ReferenceUpToHours: "7.2"},
		{AtLeast: "0.985", Below: "0.990", Value: "10", ReferenceOverHours: "7.2", ReferenceUpToHours: "10.8"},
		{AtLeast: "0", Below: "0.985", Value: "20", ReferenceOverHours: "10.8"},
	}}
}

func TestTiersWithoutGapsAreClean(t *testing.T) {
	up := table()
	for i, j := 0, len(up.Rows)-1; i < j; i, j = i+1, j-1 {
		up.Rows[i], up.Rows[j] = up.Rows[j], up.Rows[i]
	}
	open := terms.Tiers{Quantity: "DAYS_LATE", From: "0", Gives: "PERCENT", Rows: []terms.Tier{
		{AtLeast: "0", Below: "5", Value: "0"}, {AtLeast: "5", Value: "1"},
	}}
	for _, x := range []terms.Tiers{table(), up, open} {
		if ps := x.Check(); len(ps) > 0 {
			t.Error(ps)
		}
	}
}

func TestTiersFindGapsAndOverlaps(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*terms.Tiers)
		want  string
	}{
		{"gap", func(x *terms.Tiers) { x.Rows[2].Below = "0.989" }, "rows[1]: gap: nothing covers 0.989 up to 0.990"},
		{"overlap", func(x *terms.Tiers) { x.Rows[2].Below = "0.992" }, "rows[1]: overlap: 0.990 up to 0.992"},
		{"gap below", func(x *terms.Tiers) { x.Rows[3].AtLeast = "0.5" }, "rows[3]: gap: nothing covers 0 up to 0.5"},
		{"outside", func(x *terms.Tiers) { x.Rows[3].AtLeast = "-0.5" }, "rows[3]: overlap: -0.5 up to 0"},
		{"gap above", func(x *terms.Tiers) { x.Rows[0].Below = "1" }, "rows[0]: gap: nothing covers 1 and above"},
		{"open in the middle", func(x *terms.Tiers) { x.Rows[2].Below = "" }, "rows[1]: overlap: the row before it has no upper limit"},
		{"upside down", func(x *terms.Tiers) { x.Rows[1].Below = "0.990" }, "rows[1]: nothing is at least 0.990 and below 0.990"},
		{"no limit", func(x *terms.Tiers) { x.Rows[1].AtLeast = "" }, "needs at_least"},
		{"no value", func(x *terms.Tiers) { x.Rows[1].Value = "" }, "needs at_least and value"},
		{"no rows", func(x *terms.Tiers) { x.Rows = nil }, "no rows"},
		{"no beginning", func(x *terms.Tiers) { x.From = "" }, "needs from"},
		{"no end", func(x *terms.Tiers) { x.To = ""; x.Rows[0].Below = "1" }, "gap: nothing covers 1 and above"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := table()
			c.spoil(&x)
			all := ""
			for _, p := range x.Check() {
				if p.Severity == terms.SeverityError {
					all += p.Path + ": " + p.Message + "\n"
				}
			}
			if !strings.Contains(all, c.want) {
				t.Errorf("%q, want %q", all, c.want)
			}
		})
	}
}

// TestTiersWhoseHoursContradictTheirPercentages has the slip of a real table: its
// third row is printed to begin over 8 hours, where 99 % of thirty days are 7.2.
func TestTiersWhoseHoursContradictTheirPercentages(t *testing.T) {
	x := table()
	x.Rows[2].ReferenceOverHours = "8"
	ps := x.Check()
	if len(ps) != 1 || ps[0].Severity != terms.SeverityWarning || ps[0].Path != "rows[2]" ||
		!strings.Contains(ps[0].Message, "below 0.990 is over 7.20 hours in 30 days, not 8") {
		t.Error(ps)
	}
	doc := small()
	doc.ServiceLevels = &terms.ServiceLevels{Clause: "acme/1", Tiers: []terms.Tiers{x}}
	ps = terms.Check(doc)
	if len(ps) != 1 || ps[0].Path != "service_levels.tiers[0].rows[2]" {
		t.Error(ps)
	}
	x.ReferenceDays = 31
	if len(x.Check()) != 6 {
		t.Errorf("hours for thirty days must contradict a month of 31: %v", x.Check())
	}
}
