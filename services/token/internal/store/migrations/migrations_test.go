package migrations_test

import (
	"testing"

	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/token/internal/store/migrations"
)

func TestSameSchema(t *testing.T) { dbtest.SameSchema(t, migrations.Files) }
