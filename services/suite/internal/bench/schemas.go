package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/process"
)

// schemas makes an empty schema for each service in a PostgreSQL database and
// gives the DSN in which {service} stands for the service's name. drop removes
// them again.
func schemas(ctx context.Context, dsn string) (template string, drop func() error, err error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return "", nil, errors.New("name the PostgreSQL as postgres://user@host:port/database")
	}
	d, err := db.Open(ctx, db.Config{Driver: string(db.Postgres), DSN: dsn})
	if err != nil {
		return "", nil, err
	}
	prefix := "bench_" + strings.ToLower(rand.Text()) + "_"
	all := func(text string) error {
		return d.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx db.Tx) error {
			for _, s := range process.Services {
				if _, err := tx.ExecContext(ctx, fmt.Sprintf(text, prefix+s)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := all("create schema %s"); err != nil {
		return "", nil, errors.Join(err, d.Close())
	}
	sep := "?"
	if u.RawQuery != "" {
		sep = "&"
	}
	return dsn + sep + "search_path=" + prefix + "{service}", func() error {
		return errors.Join(all("drop schema %s cascade"), d.Close())
	}, nil
}
