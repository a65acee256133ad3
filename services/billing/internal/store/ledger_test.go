package store_test

import (
	"testing"

	"cloudpact.dev/services/billing/internal/store"
	"cloudpact.dev/services/billing/internal/store/migrations"
	"cloudpact.dev/services/billing/internal/store/storetest"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
)

func TestLedger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), migrations.Files); err != nil {
			t.Fatal(err)
		}
		storetest.Ledger(t, d, store.Ledger{})
	})
}
