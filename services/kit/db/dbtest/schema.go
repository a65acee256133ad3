package dbtest

import (
	"context"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cloudpact.dev/services/kit/db"
)

// SameSchema migrates both kinds of database with files and compares what came
// of it: tables, columns with their nullability, and the names of constraints
// and indexes. It runs when CLOUDPACT_TEST is "full".
func SameSchema(t *testing.T, files fs.FS) {
	t.Helper()
	if !Full() {
		return
	}
	ctx := context.Background()
	lite, pg := SQLite(t), Postgres(t)
	for _, d := range []*db.DB{lite, pg} {
		if err := d.MigrateAs(ctx, files, "same_schema_version"); err != nil {
			t.Fatal(err)
		}
	}
	want := describe(t, pg, `
		select table_name || '.' || column_name || case is_nullable when 'NO' then ' not null' else '' end
		from information_schema.columns where table_schema = current_schema()
		union all
		select 'index ' || indexname from pg_indexes where schemaname = current_schema()
		union all
		select 'constraint ' || conname from pg_constraint c join pg_namespace n on n.oid = c.connamespace
		where n.nspname = current_schema() and contype in ('c', 'f', 'u')`)
	// Constraints that only one side needs: SQLite checks what a type says on
	// PostgreSQL, and an index that serves a constraint has no name of its own.
	want = slices.DeleteFunc(want, func(s string) bool { return strings.HasSuffix(s, "_pk") || strings.HasSuffix(s, "_uq") })
	got := describe(t, lite, `
		select m.name || '.' || c.name || case when c."notnull" then ' not null' else '' end
		from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'
		union all
		select 'index ' || name from sqlite_master where type = 'index' and name not like 'sqlite_%'`)
	got = append(got, constraints(t, lite)...)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the schemas differ (- postgres, + sqlite):\n%s", diff)
	}
}

// ownVersions are goose's tables, which each engine makes in its own way.
var ownVersions = regexp.MustCompile(`^(\w+ )?(\w+_version|\w+_lock)\b|_version_|_lock_`)

func describe(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	rows, err := d.Read().QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		if !ownVersions.MatchString(s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

var constraint = regexp.MustCompile(`constraint (\w+) (check \(json_valid)?`)

// constraints reads the names of SQLite's constraints from the tables' text,
// which is the only place that has them, but for the checks that stand for
// PostgreSQL's jsonb.
func constraints(t *testing.T, d *db.DB) []string {
	t.Helper()
	var out []string
	for _, text := range describe(t, d, "select sql from sqlite_master where type = 'table' and sql is not null") {
		for _, m := range constraint.FindAllStringSubmatch(text, -1) {
			if m[2] == "" && !strings.HasSuffix(m[1], "_pk") && !strings.HasSuffix(m[1], "_uq") {
				out = append(out, "constraint "+m[1])
			}
		}
	}
	return out
}
