package tax_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/tax"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/terms/cpctest"
)

func hkd(s string) money.Money { return money.MustParse("HKD", s) }

func TestTax(t *testing.T) {
	r := cpctest.Terms(t, nil)
	// [W:11-1]
	got, how := tax.On(r, "charge", hkd("10000.00"), ratio.MustParse("0.06"))
	if got != hkd("600.00") || explain.Check(how) != nil {
		t.Errorf("tax %s, %v", got, explain.Check(how))
	}
	if rate := tax.Rate(r, "RECURRENT"); !rate.IsZero() {
		t.Errorf("the terms state no rate, got %s", rate)
	}
}

func TestGrossUp(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, c := range []struct {
		tag        string
		rate       string
		fixed      string
		gross, net string
	}{
		{"W:11-2", "0.1", "0", "11111.11", "10000.00"},
		{"W:11-3", "0", "0", "10000.00", "10000.00"},
		{"W:11-3", "0", "85.00", "10085.00", "10000.00"},
	} {
		got, how, err := tax.GrossUp(r, hkd(c.net), tax.Deduction{Rate: ratio.MustParse(c.rate), Fixed: hkd(c.fixed)})
		if err != nil || got != hkd(c.gross) || explain.Check(how) != nil {
			t.Errorf("%s: %s, %v, %v", c.tag, got, err, explain.Check(how))
		}
	}
	// [W:11-2]: what is withheld and what arrives.
	withheld := money.FromRatio("HKD", hkd("11111.11").Ratio().Mul(ratio.MustParse("0.1")), ratio.HalfUp)
	if withheld != hkd("1111.11") || hkd("11111.11").Sub(withheld) != hkd("10000.00") {
		t.Errorf("withheld %s", withheld)
	}
	for _, bad := range []tax.Deduction{{Rate: ratio.Int(1)}, {Rate: ratio.Int(-1)}, {Fixed: hkd("-1")}} {
		if _, _, err := tax.GrossUp(r, hkd("1"), bad); err == nil {
			t.Errorf("%+v is not refused", bad)
		}
	}
}
