package bench

import (
	"os"
	"testing"
	"time"

	"cloudpact.dev/services/kit/db/dbtest"
)

// TestMeasureTokens measures for a moment: the measuring itself must work.
// Figures are for `suite bench`; nothing is asserted about them here.
func TestMeasureTokens(t *testing.T) {
	o := Options{Accounts: 8, During: 100 * time.Millisecond}
	want := 6
	if dbtest.Full() {
		o.Postgres, want = os.Getenv("CLOUDPACT_TEST_POSTGRES"), 12
		if o.Postgres == "" {
			o.Postgres = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
		}
	}
	figures, err := MeasureTokens(t.Context(), o)
	if err != nil || len(figures) != want {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	for _, f := range figures {
		t.Log(f)
	}
}
