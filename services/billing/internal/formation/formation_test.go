package formation_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/formation"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func TestEffective(t *testing.T) {
	terms := cpctest.Chosen(t)
	// [W:4-1]
	f := formation.Facts{Accepted: date.MustParse("2024-01-10"), SupplyStarted: date.MustParse("2024-01-08")}
	d, e, ok := formation.Effective(terms, f)
	if !ok || d.String() != "2024-01-08" {
		t.Fatalf("%v", d)
	}
	cpctest.Explained(t, e, "2024-01-08", "cpc/4")
	f.SupplyStarted = date.Date{}
	if d, _, _ := formation.Effective(terms, f); d.String() != "2024-01-10" {
		t.Errorf("%v", d)
	}
	signedOnly := formation.Facts{CustomerSigned: date.MustParse("2024-01-02"), ProviderSigned: date.MustParse("2024-01-03")}
	if _, _, ok := formation.Effective(terms, signedOnly); ok {
		t.Error("signatures alone bind")
	}
	other := *terms.Terms
	policy := *other.Formation
	policy.EffectiveOn = []string{"LAST_SIGNATURE"}
	other.Formation = &policy
	terms.Terms = &other
	if d, _, _ := formation.Effective(terms, signedOnly); d.String() != "2024-01-03" {
		t.Errorf("%v", d)
	}
}

func TestSigned(t *testing.T) {
	terms := cpctest.Chosen(t)
	one, two := date.MustParse("2024-03-05"), date.MustParse("2024-03-01")
	if _, ok := formation.Signed(terms, formation.Facts{CustomerSigned: one}); ok {
		t.Error("one signature is enough")
	}
	// [W:48-1]: the last signature decides.
	if d, ok := formation.Signed(terms, formation.Facts{CustomerSigned: two, ProviderSigned: one}); !ok || d != one {
		t.Errorf("%v", d)
	}
}
