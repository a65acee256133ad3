package store_test

import (
	"testing"

	"cloudpact.dev/services/compliance/internal/store/migrations"
	"cloudpact.dev/services/compliance/internal/store/storetest"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
)

func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), migrations.Files); err != nil {
			t.Fatal(err)
		}
		storetest.Run(t, d)
	})
}

func TestSameSchema(t *testing.T) { dbtest.SameSchema(t, migrations.Files) }
