package terms_test

import (
	"errors"
	"strings"
	"testing"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms"
	"github.com/google/go-cmp/cmp"
)

// small is a revision that passes every check.
func small() *terms.Terms {
	return &terms.Terms{
		ID: "acme", Revision: "2024-01", Title: "Terms of Acme",
		TimeZone: terms.Setting{Reading: "zone"},
		Currency: terms.Setting{Value: "HKD"},
		Clauses: []terms.Clause{
			{ID: "acme/1", Number: "1", Owner: "billing", Half: "ledger", Executable: true, Title: "Interest", Readings: []string{"basis", "days", "tax"}},
			{ID: "acme/2", Number: "2", Owner: "record", Title: "Law"},
			{ID: "acme/2(a)", Number: "2(a)", Parent: "acme/2", Owner: "record", Title: "Courts"},
		},
		Readings: []terms.Reading{
			{Name: "basis", Clauses: []string{"acme/1"}, ValueKind: "choice", Default: "ACTUAL", Reason: "literal", Options: []terms.Option{
				{Option: "ACTUAL", Runs: true, Meaning: "actual days"},
				{Option: "THIRTY", Runs: true, Meaning: "thirty days"},
				{Option: "OTHER", Meaning: "something else"},
			}},
			{Name: "days", Clauses: []string{"acme/1"}, ValueKind: "integer", Default: "14", Minimum: "1", Maximum: "30", Reason: "usual"},
			{Name: "rate", ValueKind: "decimal", Default: "0.5", Minimum: "0", Reason: "usual"},
			{Name: "tax", Clauses: []string{"acme/1"}, ValueKind: "boolean", Default: "false", Reason: "literal", Options: []terms.Option{
				{Option: "false", Runs: true, Meaning: "without"},
				{Option: "true", Runs: true, Meaning: "with"},
			}},
			{Name: "zone", ValueKind: "text", Default: "Asia/Hong_Kong", Reason: "seat"},
		},
		Kinds: []terms.Kind{{Code: "HOST", Title: "Hosting"}, {Code: "MAIL", Title: "Mail"}},
		Charging: &terms.Charging{Clause: "acme/1", Items: []terms.ChargeItem{
			{Item: terms.ItemRecurrent, Clause: "acme/1", Timing: "PERIOD_START", Nature: terms.NatureCharge},
			{Item: terms.ItemCompensation, Clause: "acme/1", Timing: "AT_EVENT", Nature: terms.NatureRecurrentSum},
			{Item: terms.ItemDamages, Clause: "acme/1", Timing: "AT_EVENT", Nature: terms.NatureOther},
			{Item: terms.ItemTax, Clause: "acme/1", Timing: "WITH_CHARGE", Nature: terms.NatureTax},
		}, InterestOnCompensation: terms.Setting{Value: "RECURRENT_BASED_ONLY"}},
		Interest: &terms.Interest{
			Clause: "acme/1", Rate: "0.015", Per: "MONTH",
			DayBasis: terms.Setting{Reading: "basis"}, BaseIncludesTax: terms.Setting{Reading: "tax"},
		},
		Deposit: &terms.Deposit{Clause: "acme/1", AssignmentDays: terms.Setting{Reading: "days"}},
		Invoicing: &terms.Invoicing{
			Clause: "acme/1", DueRule: "DAYS_AFTER", DueDays: 30,
			Tolerance: terms.Setting{Reading: "rate"},
		},
	}
}

func TestResolveTakesDefaultsAndChoices(t *testing.T) {
	r, err := terms.Resolve(small(), map[string]string{"basis": "THIRTY", "days": "30", "tax": "true"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"basis": "THIRTY", "days": "30", "rate": "0.5", "tax": "true", "zone": "Asia/Hong_Kong"}
	if d := cmp.Diff(want, r.Choices()); d != "" {
		t.Error(d)
	}
	if r.Text(r.Interest.DayBasis) != "THIRTY" || !r.Is(r.Interest.DayBasis, "THIRTY") || r.Int("days") != 30 ||
		r.Number(r.Deposit.AssignmentDays) != 30 || !r.Bool("tax") || !r.Flag(r.Interest.BaseIncludesTax) {
		t.Error("a setting does not give its choice")
	}
	if !r.Rate(r.Invoicing.Tolerance).Equal(ratio.Of(1, 2)) || !r.Decimal("rate").Equal(ratio.Of(1, 2)) {
		t.Error("a decimal is not exact")
	}
	none := terms.Setting{}
	if r.Text(none) != "" || r.Number(none) != 0 || r.Flag(none) || !r.Rate(none).IsZero() {
		t.Error("an absent setting must be empty, 0 and false")
	}
	if r.Zone().String() != "Asia/Hong_Kong" || r.DefaultCurrency() != "HKD" {
		t.Error("zone or currency is wrong")
	}
	if !strings.HasPrefix(r.Hash(), "sha256:") {
		t.Errorf("hash %q", r.Hash())
	}
	if m, reading := r.MonthRule(); m != date.Clamped || reading != "" {
		t.Error("without a policy months are clamped")
	}
	if m, _ := r.MoneyMode(); m != ratio.HalfUp {
		t.Error("without a policy a tie goes up")
	}
}

func TestResolveRefuses(t *testing.T) {
	for name, choices := range map[string]map[string]string{
		"below":         {"days": "0"},
		"above":         {"days": "31"},
		"no integer":    {"days": "14.0"},
		"leading zero":  {"days": "014"},
		"fraction":      {"rate": "1/2"},
		"negative":      {"rate": "-0.1"},
		"no option":     {"basis": "actual"},
		"empty":         {"basis": ""},
		"no boolean":    {"tax": "yes"},
		"unknown zone":  {"zone": "Asia/Nowhere"},
		"local zone":    {"zone": "Local"},
		"long number":   {"rate": "0.0000000000000000001"},
		"empty integer": {"days": ""},
	} {
		_, err := terms.Resolve(small(), choices)
		var e *terms.OptionUnknown
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, want OptionUnknown", name, err)
		} else if e.Want == "" || e.Error() == "" {
			t.Errorf("%s: the error does not say what is accepted", name)
		}
	}
	_, err := terms.Resolve(small(), map[string]string{"bassis": "ACTUAL"})
	if e := (*terms.ReadingUnknown)(nil); !errors.As(err, &e) || e.Reading != "bassis" {
		t.Errorf("%v, want ReadingUnknown", err)
	}
	_, err = terms.Resolve(small(), map[string]string{"basis": "OTHER"})
	e := (*terms.ReadingNotExecutable)(nil)
	if !errors.As(err, &e) || e.Option != "OTHER" {
		t.Fatalf("%v, want ReadingNotExecutable", err)
	}
	if d := cmp.Diff([]string{"ACTUAL", "THIRTY"}, e.Runs); d != "" {
		t.Error(d)
	}
}

func TestCite(t *testing.T) {
	r, err := terms.Resolve(small(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Cite("acme/1", r.Interest.DayBasis.Reading, "", "basis")
	want := explain.Citation{
		Terms: "acme", Revision: "2024-01", Clause: "acme/1",
		Readings: []explain.Reading{{Name: "basis", Option: "ACTUAL"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, f := range []func(){
		func() { r.Cite("acme/9") },
		func() { r.Cite("acme/1", "nothing") },
		func() { r.Choice("nothing") },
		func() { r.Int("basis") },
		func() { r.Bool("basis") },
		func() { r.Decimal("basis") },
		func() { r.Number(terms.Setting{Value: "two"}) },
		func() { r.Rate(terms.Setting{Value: "two"}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a name that is not there must panic")
				}
			}()
			f()
		}()
	}
}

func TestBearsInterest(t *testing.T) {
	for _, c := range []struct {
		item, on, tax string
		want          bool
		reading       string
	}{
		{terms.ItemRecurrent, "NONE", "false", true, ""},
		{terms.ItemCompensation, "RECURRENT_BASED_ONLY", "false", true, ""},
		{terms.ItemCompensation, "NONE", "false", false, ""},
		{terms.ItemDamages, "RECURRENT_BASED_ONLY", "false", false, ""},
		{terms.ItemDamages, "ALL", "false", true, ""},
		{terms.ItemTax, "ALL", "false", false, "tax"},
		{terms.ItemTax, "NONE", "true", true, "tax"},
		{terms.ItemUsage, "ALL", "true", false, ""},
	} {
		doc := small()
		doc.Charging.InterestOnCompensation.Value = c.on
		r, err := terms.Resolve(doc, map[string]string{"tax": c.tax})
		if err != nil {
			t.Fatal(err)
		}
		if got, reading := r.BearsInterest(c.item); got != c.want || reading != c.reading {
			t.Errorf("%s, %s, tax %s: %v by %q", c.item, c.on, c.tax, got, reading)
		}
		doc.Interest = nil
		if got, _ := r.BearsInterest(c.item); got {
			t.Errorf("%s bears interest without an interest policy", c.item)
		}
	}
}

func TestHashIsOfTheContent(t *testing.T) {
	a, b := small(), small()
	b.Clauses[0], b.Clauses[2] = b.Clauses[2], b.Clauses[0]
	b.Readings[0], b.Readings[1] = b.Readings[1], b.Readings[0]
	ha, err := terms.Hash(a)
	if err != nil {
		t.Fatal(err)
	}
	if hb, _ := terms.Hash(b); ha != hb {
		t.Error("the order of clauses and readings must not change the hash")
	}
	if b.Clauses[0].ID != "acme/2(a)" {
		t.Error("hashing changed the terms")
	}
	b.Interest.Rate = "0.0150"
	if hb, _ := terms.Hash(b); ha == hb {
		t.Error("another rate must change the hash")
	}
	if ha != "sha256:"+hashOfSmall {
		t.Errorf("the hash of the same content has changed to %s: registered revisions would be strangers", ha)
	}
}

// hashOfSmall changes when small() does, and must not change otherwise: decisions
// keep the hash of the revision they rest on.
const hashOfSmall = "6d53c9f42ef9b1f18d43c97297b8fc375f0324a29e2e9ca5b11cc523a0dcfa6e"
