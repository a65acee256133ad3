package indemnity_test

import (
	"errors"
	"testing"

	"cloudpact.dev/services/billing/internal/indemnity"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

func TestGround(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, c := range []struct {
		tag, clause string
		breach      bool
		field       string
	}{
		{"W:28a-1", "cpc/28(a)", true, ""},
		{"W:28-2", "cpc/28(a)", false, "evidence"},
		{"W:28b-1", "cpc/28(b)", false, ""},
		{"W:28c-2", "cpc/28(c)", false, ""},
		{"W:28d-1", "cpc/28(d)", true, ""},
		{"W:28d-1", "cpc/28(d)", false, "evidence"},
		{"W:S1.4-1", "cpc/S1/1.4", true, ""},
		{"no ground", "cpc/9", true, "clause"},
	} {
		_, err := indemnity.Ground(r, c.clause, c.breach)
		var no *indemnity.Refusal
		if (c.field != "") != errors.As(err, &no) || no != nil && no.Field != c.field {
			t.Errorf("%s: %v", c.tag, err)
		}
	}
	if got := indemnity.PayBy(r, date.MustParse("2024-05-20")); got != date.MustParse("2024-06-19") {
		t.Errorf("by %s", got)
	}
	if len(indemnity.Citations(r, "cpc/28(b)")) != 2 {
		t.Error("the ground and its chapeau are not cited")
	}
}
