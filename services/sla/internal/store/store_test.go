package store_test

import (
	"testing"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/sla/internal/store/migrations"
	"cloudpact.dev/services/sla/internal/store/storetest"
)

func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), migrations.Files); err != nil {
			t.Fatal(err)
		}
		storetest.Run(t, d)
	})
}
