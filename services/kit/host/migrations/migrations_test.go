package migrations_test

import (
	"testing"
	"testing/fstest"

	"cloudpact.dev/services/kit/db/dbtest"
)

// Kit's schema is in every test database already, so nothing is added to it.
func TestSameSchema(t *testing.T) {
	dbtest.SameSchema(t, fstest.MapFS{
		"sqlite/00001_none.sql":   {Data: []byte("-- +goose Up\n")},
		"postgres/00001_none.sql": {Data: []byte("-- +goose Up\n")},
	})
}
